#include "sim/checker/good_histories_test_support.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/random.h"
#include "sim/checker/history_writer.h"

namespace weir::sim::checker {
namespace {

struct Entry {
  std::int64_t offset;
  std::string key, value;
};

struct ModelLog {
  std::string topic;  // with its life
  int partition;
  std::vector<Entry> entries;  // those that are there
  std::int64_t start = 0, end = 0;
  bool is_gone = false;
};

struct OpenSend {
  std::uint64_t op;
  std::string process, key, value;
  std::size_t log;
  std::optional<std::int64_t> offset;  // written already
};

struct Position {
  std::string process;
  std::size_t log;
  std::int64_t next = 0;
};

enum : std::size_t { t0, t1, keys, brief, cut, came };

class Model {
 public:
  explicit Model(std::uint64_t seed) : chance_(seed) {
    for (const auto& [topic, partition] :
         {std::pair{"t", 0}, {"t", 1}, {"keys", 0}, {"brief", 0}, {"cut", 0}, {"came@1", 0}}) {
      logs_.push_back({topic, partition, {}, 0, 0, false});
    }
    line("x", Verb::topic, "keys", "compact", "tombstones=1000000");
    line("x", Verb::topic, "brief", "delete", "retention=40");
    line("p", Verb::producer, "all", "idempotent");
    line("q", Verb::producer, "all", "idempotent");
    line("s", Verb::producer, "all");
    for (const char* const member : {"g", "h"}) line(member, Verb::member, "G");
    assign("g", t0), assign("h", t1);
    readers_ = {{"r", t0}, {"r", t1}, {"u", t0}};
  }

  std::string run() {
    for (int turn = 0; turn < 120; ++turn) {
      if (turn == 70) live_again();
      step();
    }
    while (!open_.empty()) end_send(0);
    for (std::size_t log = 0; log < logs_.size(); ++log) audit(log);
    return writer_.text();
  }

 private:
  template <class... Words>
  void line(std::string_view process, Verb verb, const Words&... words) {
    writer_.line(now_ += 1'000'000, process, verb, words...);
  }
  template <class... Words>
  std::uint64_t begin(std::string_view process, Verb verb, const Words&... words) {
    line(process, verb, ++op_, words...);
    return op_;
  }
  std::size_t some_log() {
    while (true) {
      const std::size_t log = chance_.below(logs_.size());
      if (!logs_[log].is_gone) return log;
    }
  }

  void step() {
    switch (chance_.below(20)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
        begin_send(some_log());
        break;
      case 5:
      case 6:
      case 7:
      case 8:
        if (!open_.empty()) end_send(0);
        break;
      case 9:
      case 10:
        read(readers_[chance_.below(readers_.size())]);
        break;
      case 11:
      case 12:
      case 13:
        work(chance_.below(2));
        break;
      case 14:
        ask(some_log());
        break;
      case 15:
        told(chance_.below(2));
        break;
      case 16:
        chance_.one_in(3) ? audit(some_log()) : compact();
        break;
      case 17:
        chance_.one_in(2) ? trim() : retain();
        break;
      case 18:
        chance_.one_in(2) ? rebalance() : compact();
        break;
      default:
        line("x", chance_.one_in(2) ? Verb::killed : Verb::started);
    }
  }

  // --- producing ---

  void begin_send(std::size_t log) {
    const std::string process = std::array{"p", "q", "s"}[chance_.below(3)];
    const bool is_tombstone = log == keys && chance_.one_in(4);
    OpenSend send{.op = 0,
                  .process = process,
                  .key = "k" + std::to_string(chance_.below(3)),
                  .value = is_tombstone ? "~" : "v" + std::to_string(++values_),
                  .log = log,
                  .offset = {}};
    send.op =
        begin(process, Verb::send, logs_[log].topic, logs_[log].partition, send.key, send.value);
    open_.push_back(send);
    if (chance_.one_in(3)) write(open_.size() - 1);
  }

  // Everything before it too: what stands first was sent first.
  void write(std::size_t until) {
    for (std::size_t i = 0; i <= until; ++i) {
      OpenSend& send = open_[i];
      ModelLog& log = logs_[send.log];
      if (send.offset || log.is_gone) continue;
      send.offset = log.end++;
      log.entries.push_back({*send.offset, send.key, send.value});
    }
  }

  void end_send(std::size_t at) {
    const bool is_written = open_[at].offset.has_value();
    const std::uint64_t fate = chance_.below(20);
    if (fate > 1 || is_written) write(at);
    const OpenSend send = open_[at];
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at));
    if (!send.offset) {
      line(send.process, fate == 0 ? Verb::refused : Verb::unknown, send.op, "REASON");
    } else if (fate == 2) {
      line(send.process, Verb::unknown, send.op);
    } else {
      line(send.process, Verb::acked, send.op, fate == 3 && send.log < keys ? -1 : *send.offset);
    }
  }

  // --- reading ---

  const Entry* next_of(std::size_t log, std::int64_t offset) const {
    const auto& entries = logs_[log].entries;
    const auto at = std::ranges::lower_bound(entries, offset, {}, &Entry::offset);
    return at == entries.end() ? nullptr : &*at;
  }
  void tell_read(const std::string& process, std::size_t log, const Entry& entry) {
    line(process, Verb::read, logs_[log].topic, logs_[log].partition, entry.offset, entry.key,
         entry.value);
  }
  void read(Position& reader) {
    if (chance_.one_in(12)) {
      reader.next = static_cast<std::int64_t>(chance_.below(3));
      line(reader.process, Verb::seek, logs_[reader.log].topic, logs_[reader.log].partition,
           reader.next);
    }
    for (auto count = chance_.below(5); count > 0; --count) {
      const Entry* const entry = next_of(reader.log, reader.next);
      if (entry == nullptr) return;
      tell_read(reader.process, reader.log, *entry);
      reader.next = entry->offset + 1;
    }
  }

  void ask(std::size_t log) {
    const auto op = begin("x", Verb::ask, logs_[log].topic, logs_[log].partition);
    line("x", Verb::bounds, op, logs_[log].start, logs_[log].end);
  }
  void audit(std::size_t log) {
    if (logs_[log].is_gone) return;
    const auto op = begin("a", Verb::audit, logs_[log].topic, logs_[log].partition);
    for (const Entry& entry : logs_[log].entries) tell_read("a", log, entry);
    line("a", Verb::audited, op, logs_[log].start, logs_[log].end);
  }

  // --- the group ---

  struct Owned {
    std::string owner;
    std::int64_t next = 0, committed = -1;
  };
  void assign(const std::string& member, std::size_t log) {
    owned_[log].owner = member;
    owned_[log].next = std::max<std::int64_t>(0, owned_[log].committed);
    line(member, Verb::assigned, "G", generation_, "t", log);
  }
  void work(std::size_t log) {
    Owned& owned = owned_[log];
    for (auto count = chance_.below(5); count > 0; --count) {
      const Entry* const entry = next_of(log, owned.next);
      if (entry == nullptr) break;
      tell_read(owned.owner, log, *entry);
      owned.next = entry->offset + 1;
    }
    if (owned.next == std::max<std::int64_t>(0, owned.committed)) return;
    const auto op = begin(owned.owner, Verb::commit, "G", generation_, "t", log, owned.next);
    if (chance_.one_in(8)) {
      if (chance_.one_in(2)) owned.committed = owned.next;
      line(owned.owner, Verb::unknown, op);
    } else {
      owned.committed = owned.next;
      line(owned.owner, Verb::done, op);
    }
  }
  void told(std::size_t log) {
    const auto op = begin("x", Verb::fetch, "G", "t", log);
    line("x", Verb::told, op, owned_[log].committed);
  }
  void rebalance() {
    for (const std::size_t log : {t0, t1}) {
      line(owned_[log].owner, chance_.one_in(4) ? Verb::lost : Verb::revoked, "G", generation_, "t",
           log);
    }
    ++generation_;
    const bool is_swapped = chance_.one_in(2);
    assign(is_swapped ? "h" : "g", t0), assign(is_swapped ? "g" : "h", t1);
  }

  // --- what removes records ---

  void compact() {
    auto& entries = logs_[keys].entries;
    std::set<std::string> seen;
    std::vector<Entry> kept;
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      if (seen.insert(entry->key).second) kept.push_back(*entry);
    }
    entries.assign(kept.rbegin(), kept.rend());
  }
  void drop_below(ModelLog& log, std::int64_t start) {
    log.start = std::max(log.start, start);
    std::erase_if(log.entries, [&](const Entry& entry) { return entry.offset < log.start; });
  }
  void trim() {
    ModelLog& log = logs_[cut];
    if (log.end == log.start) return;
    const auto to =
        log.start + 1 +
        static_cast<std::int64_t>(chance_.below(static_cast<std::uint64_t>(log.end - log.start)));
    const auto op = begin("x", Verb::trim, log.topic, 0, to);
    drop_below(log, to);
    line("x", Verb::done, op);
  }
  // Only what is certainly old enough: records that were there 40 lines ago.
  void retain() {
    ModelLog& log = logs_[brief];
    if (now_ - marked_at_ > 41'000'000) {
      drop_below(log, marked_);
      marked_ = log.end;
      marked_at_ = now_;
    }
  }
  void live_again() {
    const auto gone = begin("x", Verb::remove, "came@1");
    logs_[came].is_gone = true;
    line("x", Verb::done, gone);
    const auto made = begin("x", Verb::create, "came@2");
    line("x", Verb::done, made);
    logs_.push_back({"came@2", 0, {}, 0, 0, false});
  }

  SeededRandom chance_;
  HistoryWriter writer_;
  std::int64_t now_ = 0, generation_ = 5, values_ = 0;
  std::uint64_t op_ = 0;
  std::vector<ModelLog> logs_;
  std::vector<OpenSend> open_;
  std::vector<Position> readers_;
  std::array<Owned, 2> owned_;
  std::int64_t marked_ = 0, marked_at_ = 0;  // what was brief's end, when
};

}  // namespace

std::string good_history(std::uint64_t seed) { return Model(seed).run(); }

}  // namespace weir::sim::checker
