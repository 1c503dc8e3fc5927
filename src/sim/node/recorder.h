#pragma once
// Recorder: what a workload's clients ask and are told, as a history (docs/formats/history.md): the
// same one that the clients of real processes write, judged by the same checks (sim/checker).
//
// Values of the form "NAME:PADDING" are written as NAME, as long as the padding is what was sent.

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/checker/history_writer.h"
#include "sim/node/client_calls.h"
#include "sim/world.h"

namespace weir::sim {

class Recorder {
 public:
  using Verb = checker::Verb;
  using Op = std::uint64_t;  // the number of what begins and ends

  explicit Recorder(const World& world) : world_(world) {}

  // A line, at this moment. Words are as the format has them.
  template <class... Words>
  void say(std::string_view process, Verb verb, const Words&... words) {
    const auto time = std::chrono::duration_cast<std::chrono::nanoseconds>(world_.now() - Start{});
    writer_.line(time.count(), process, verb, words...);
  }
  // ... that begins something; say() ends it, with the number first.
  template <class... Words>
  Op begin(std::string_view process, Verb verb, const Words&... words) {
    const Op op = ++last_op_;
    say(process, verb, op, words...);
    return op;
  }
  Op send(std::string_view process, std::string_view topic, PartitionIndex partition,
          const std::optional<std::string>& key, const std::optional<std::string>& value);
  void read(std::string_view process, std::string_view topic, PartitionIndex partition,
            const FetchedRecord& record);

  const std::string& text() const { return writer_.text(); }
  // Holds the history against what Weir promises; each anomaly with the lines that show it.
  std::vector<std::string> anomalies() const;

 private:
  using Start = env::Instant;

  const World& world_;
  checker::HistoryWriter writer_;
  Op last_op_ = 0;
  std::set<std::string> sent_;
};

// A whole log, from where it starts.
struct Audited {
  Offset start = 0;
  std::vector<FetchedRecord> records;
};
// Errc::invalid: refused, or the start has moved meanwhile.
Task<Result<Audited>> read_whole(RawClient& client, TopicPartition at);
// The same as an audit of `topic` (its name, or NAME@LIFE) by `process`.
Task<Result<Audited>> audit(RawClient& client, Recorder& recorder, std::string process,
                            std::string topic, TopicPartition at);

}  // namespace weir::sim
