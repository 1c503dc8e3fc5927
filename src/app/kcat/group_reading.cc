// -G: as a member of a group.

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>

#include "app/kcat/cluster_metadata.h"
#include "app/kcat/error_words.h"
#include "app/kcat/message_reading.h"

namespace weir::app::kcat {
namespace {

std::string partition_list(client::Partitions partitions) {
  std::ranges::sort(partitions);
  std::string out;
  for (const client::TopicPartition& of : partitions) {
    out += fmt::format("{}{} [{}]", out.empty() ? "" : ", ", of.topic, of.partition);
  }
  return out;
}

class GroupReading {
 public:
  explicit GroupReading(ModeRun& run) : run_(run) {}

  Task<Run<>> play() {
    client::ConsumerOptions options = run_.session.settings.config.consumer;
    options.finishes_by_hand = true;
    options.group.group_id = run_.line.properties.group;
    is_cooperative_ = std::ranges::all_of(options.group.assignors, client::is_cooperative);
    client::Consumer consumer(run_.session.cluster, std::move(options), listener());
    MessageReader reader(run_, consumer, [this] { return assigned_.size(); });
    consumer_ = &consumer;
    reader_ = &reader;
    Run<> ran = subscribe();
    if (ran) {
      run_.notices().info(1, "Waiting for group rebalance");
      auto reaching = reach_brokers(run_);
      ran = co_await std::move(reaching);
    }
    if (ran) {
      auto checking = check_topics();
      ran = co_await std::move(checking);
    }
    if (ran) {
      auto reading = reader.read();
      ran = co_await std::move(reading);
    }
    is_quiet_ = !ran;  // kcat is gone by then
    auto closing = consumer.close(run_.metadata_deadline());
    const auto closed = co_await std::move(closing);
    if (ran && !closed) {
      co_return run_.notices().fatal(
          fmt::format("Failed to close consumer: {}\n", words_of(closed.error())));
    }
    co_return ran;
  }

 private:
  Run<> subscribe() {
    const auto& topics = run_.line.operands;
    bool is_good = !topics.empty();
    for (const std::string& topic : topics) {
      if (!topic.starts_with('^')) {
        names_.push_back(topic);
        continue;
      }
      patterns_.push_back(std::make_unique<re2::RE2>(topic, re2::RE2::Quiet));
      is_good = is_good && patterns_.back()->ok();
    }
    if (is_good) {
      const auto is_wanted = [this](std::string_view topic) {
        return std::ranges::find(names_, topic) != names_.end() ||
               std::ranges::any_of(patterns_, [&](const auto& pattern) {
                 return re2::RE2::PartialMatch(topic, *pattern);
               });
      };
      is_good = (patterns_.empty() ? consumer_->subscribe(names_)
                                   : consumer_->subscribe_matching(is_wanted))
                    .has_value();
    }
    if (is_good) return {};
    return run_.notices().fatal(
        fmt::format("Failed to subscribe to {} topics: Local: Invalid argument or configuration\n",
                    topics.size()));
  }

  // A topic that is named has to be there.
  Task<Run<>> check_topics() {
    for (const std::string& topic : names_) {
      auto asking = ask_metadata(run_, topic, run_.line.properties.creates_topics.value_or(false));
      const auto answer = co_await std::move(asking);
      if (!answer || (**answer).topics.size() == 0) continue;
      const auto code = wire::error_info((**answer).topics.begin()->error_code).code;
      if (code != wire::ErrorCode::unknown_topic_or_partition &&
          code != wire::ErrorCode::invalid_topic_exception) {
        continue;
      }
      co_return run_.notices().fatal(
          fmt::format("Topic {} [0] error: Subscribed topic not available: {}: {}", topic, topic,
                      words_of(code)));
    }
    co_return Run<>();
  }

  client::RebalanceListener listener() {
    client::RebalanceListener listener;
    listener.assigned = [this](client::Partitions partitions) {
      return take(std::move(partitions));
    };
    listener.revoked = [this](client::Partitions partitions) {
      return give_up(std::move(partitions), "");
    };
    listener.lost = [this](client::Partitions partitions) {
      return give_up(std::move(partitions), ", assignment lost");
    };
    return listener;
  }

  Task<> take(client::Partitions partitions) {
    announce_change("assignment", "assigned", "", partitions);
    assigned_.insert(partitions.begin(), partitions.end());
    auto seeking = seek_start(run_, *consumer_, std::move(partitions));
    // What could not be sought begins where the group has committed.
    [[maybe_unused]] const auto sought = co_await std::move(seeking);
  }

  Task<> give_up(client::Partitions partitions, std::string_view remark) {
    announce_change("revoke", "revoked", remark, partitions);
    for (const client::TopicPartition& of : partitions) {
      assigned_.erase(of);
      reader_->forget(of);
    }
    co_return;
  }

  void announce_change(std::string_view change, std::string_view done, std::string_view remark,
                       const client::Partitions& partitions) const {
    if (is_quiet_) return;
    const std::string& member = consumer_->identity().member_id;
    const std::string list = partition_list(partitions);
    run_.notices().info(
        1, is_cooperative_
               ? fmt::format("Group {} rebalanced: incremental {} of {} partition(s) (memberid "
                             "{}{}, COOPERATIVE rebalance protocol): {}",
                             run_.line.group, change, partitions.size(), member, remark, list)
               : fmt::format("Group {} rebalanced (memberid {}): {}: {}", run_.line.group, member,
                             done, list));
  }

  ModeRun& run_;
  bool is_cooperative_ = false, is_quiet_ = false;
  std::vector<std::string> names_;
  std::vector<std::unique_ptr<re2::RE2>> patterns_;
  std::set<client::TopicPartition> assigned_;
  client::Consumer* consumer_ = nullptr;
  MessageReader* reader_ = nullptr;
};

}  // namespace

Task<Run<>> consume_in_group(ModeRun& run) {
  GroupReading reading(run);
  auto playing = reading.play();
  co_return co_await std::move(playing);
}

}  // namespace weir::app::kcat
