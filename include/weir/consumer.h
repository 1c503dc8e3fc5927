#pragma once
// Consumer: reads records of topics, alone or as a member of a group (the classic protocol).
//
//   auto consumer = client->consumer({.group = "billing"});
//   consumer->subscribe({"orders"}).get();
//   while (auto records = consumer->poll(1s, stop).get()) {
//     for (const weir::ReceivedRecord& record : *records) bill(record.key.text(), record.value);
//   }
//
// poll() is also where partitions come and go, and what tells the group that the program lives: a
// member that does not poll for max.poll.interval.ms loses its partitions to the others. Fetching
// ahead and heartbeats go on between the calls.
//
// What is committed: records whose processing has ended. By itself (auto_commit) a consumer commits
// those of earlier polls once the next poll begins; with finishes_by_hand those before finished().
// The same is committed before partitions are given up and by close(). Records that were only
// handed out, or fetched ahead, never are: after a crash they come again.
//
// Errors of poll(): a broker's error of a partition is told once, the other partitions go on;
// `interrupted` by wakeup() or the stop_token; `closed`. Errors that no repetition heals (fenced,
// not authorized) come again with each poll.
//
// All calls may be made by any thread at the same time, and begin in their order: one that waits
// for brokers, as a poll or a commit may, does not hold up those behind it. A poll under way ends
// early, without records, when subscribe, assign, unsubscribe or close is called. The destructor
// waits for nothing: it gives up what it has without telling the listener; what can be committed
// within 200 ms is. close() waits.

#include <chrono>
#include <concepts>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "weir/admin/offset.h"
#include "weir/api.h"
#include "weir/client.h"
#include "weir/failure.h"
#include "weir/future.h"
#include "weir/records.h"
#include "weir/statistics.h"
#include "weir/topic_partition.h"

namespace weir {

using Partitions = std::vector<TopicPartition>;

// An offset, and the epoch of the leader that wrote the record before it; -1: not known.
struct Position {
  std::int64_t offset = -1;
  std::int32_t leader_epoch = -1;
  auto operator<=>(const Position&) const = default;
};
using Offsets = std::map<TopicPartition, Position>;

struct Lag {
  // To the high watermark; with read_committed to the last stable offset.
  std::int64_t records = 0;
  // How old the last record is that was handed out, 0 without lag. Absent: there was none yet.
  std::optional<std::chrono::milliseconds> time{};
};

// Called inside of poll() and close(), where ClientOptions::executor says, else on the client's own
// thread; the poll goes on when the call has returned, or the Future that it returned is there, for
// so long the partitions can be referred to. It may use the consumer: seek in `assigned`, commit in
// `revoked`; but what waits for the poll (subscribe, assign, poll, close) must not be waited for.
class RebalanceCallback {
 public:
  RebalanceCallback() = default;
  template <class F>
    requires std::invocable<F&, const Partitions&>
  RebalanceCallback(F callback) {
    if constexpr (std::is_void_v<std::invoke_result_t<F&, const Partitions&>>) {
      call_ = [callback = std::move(callback)](const Partitions& partitions) mutable {
        callback(partitions);
        return Future<>::ready({});
      };
    } else {
      call_ = std::move(callback);
    }
  }
  explicit operator bool() const { return static_cast<bool>(call_); }
  Future<> operator()(const Partitions& partitions) const { return call_(partitions); }

 private:
  std::function<Future<>(const Partitions&)> call_;
};

struct RebalanceListener {
  RebalanceCallback assigned{};
  RebalanceCallback revoked{};  // can still be committed
  RebalanceCallback lost{};     // somebody else may have them already
};

enum class OffsetReset : std::uint8_t { latest, earliest, none };
enum class Assignor : std::uint8_t { range, round_robin, sticky, cooperative_sticky };

// What is absent is what the client's properties say, else Kafka's default.
struct ConsumerOptions {
  std::optional<std::string> group{};                            // group.id; absent: no group
  std::optional<std::string> instance{};                         // group.instance.id: static member
  std::optional<OffsetReset> reset{};                            // auto.offset.reset, latest
  std::optional<std::chrono::milliseconds> reset_back{};         // to so long ago, instead
  std::optional<bool> auto_commit{};                             // enable.auto.commit, true
  std::optional<std::chrono::milliseconds> commit_interval{};    // 5 s
  std::optional<int> poll_records_max{};                         // max.poll.records, 500
  std::optional<std::chrono::milliseconds> poll_interval_max{};  // 5 min
  std::optional<std::chrono::milliseconds> session_timeout{};    // 45 s
  std::optional<std::chrono::milliseconds> heartbeat_interval{};  // 3 s
  std::optional<bool> read_committed{};                           // isolation.level, false
  std::vector<Assignor> assignors{};                              // range, cooperative_sticky
  // finished() says what may be committed, not the next poll.
  bool finishes_by_hand = false;
  std::size_t prefetch_bytes_max = std::size_t{64} << 20;  // of all partitions
  // Of each call but poll() and close(): default.api.timeout.ms, 60 s.
  std::optional<std::chrono::milliseconds> timeout{};
  RebalanceListener listener{};
  Properties properties{};  // win over the fields above
};

class WEIR_API Consumer {
 public:
  Consumer(Consumer&&) noexcept;
  Consumer& operator=(Consumer&&) noexcept;
  ~Consumer();

  // --- which partitions: each of these replaces what was before ---
  // Without a group invalid, as are commit() and committed().
  Future<> subscribe(std::vector<std::string> topics);
  // Topics whose whole name matches, those that are created later too; never internal ones. RE2's
  // syntax.
  Future<> subscribe_matching(std::string pattern);
  Future<> assign(Partitions partitions);  // by hand; a group then only keeps offsets
  Future<> unsubscribe();
  Future<Partitions> assignment() const;

  // --- records ---
  // There when there are records, else after `timeout`, without any.
  Future<Records> poll(std::chrono::milliseconds timeout, std::stop_token stop = {});
  void wakeup();  // ends the poll that is under way, or else the next one

  // --- where to read; of partitions that are assigned, else `invalid` ---
  Future<> seek(TopicPartition partition, Position to);
  Future<> seek(TopicPartition partition, OffsetSpec to);  // looked up by the next poll
  Future<> pause(Partitions partitions);
  Future<> resume(Partitions partitions);
  Future<Position> position(TopicPartition partition) const;  // of the next record
  // Absent: not known before something was fetched.
  Future<std::optional<Lag>> lag(TopicPartition partition) const;

  // --- what is done ---
  // With finishes_by_hand: through with this record and all before it in its partition.
  // A record that was not handed out since its partition came is invalid.
  Future<> finished(const ReceivedRecord& record);
  // Everything that was handed out; with finishes_by_hand everything that is finished.
  Future<> commit();
  Future<> commit(Offsets offsets);  // of the next record of each
  // Partitions without a commit are left out.
  Future<Offsets> committed(Partitions partitions) const;

  // --- offsets of any partitions; left out where there is none ---
  Future<Offsets> beginning_offsets(Partitions partitions) const;
  Future<Offsets> end_offsets(Partitions partitions) const;
  // Of the first record at that time or later.
  Future<Offsets> offsets_at(std::map<TopicPartition, Timestamp> times) const;

  // Tells the listener, commits what is done, leaves the group. Failure: that of the commit; the
  // consumer is closed all the same.
  Future<> close(std::chrono::milliseconds timeout);

  ConsumerStatistics statistics() const;

  class Impl;
  explicit Consumer(std::shared_ptr<Impl> impl);  // for the library itself

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace weir
