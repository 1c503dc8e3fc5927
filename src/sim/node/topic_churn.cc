#include "sim/node/topic_churn.h"

#include <fmt/format.h>

#include <utility>

#include "wire/error_code.h"

namespace weir::sim {
namespace {

using wire::ErrorCode;

constexpr std::uint64_t churned_names = 4;
constexpr std::string_view churner = "churner";  // in the history

bool is_code(std::int16_t code, ErrorCode error) {
  return code == static_cast<std::int16_t>(error);
}

}  // namespace

TopicChurn::TopicChurn(Ledger& ledger, Recorder& recorder,
                       std::map<std::string, std::string> config)
    : ledger_(ledger), recorder_(recorder), config_(std::move(config)) {
  recorder_.say(churner, Recorder::Verb::producer, "all");
}

Task<Result<std::int16_t>> TopicChurn::step(RawClient& client, SeededRandom& chance,
                                            TimestampMs now) {
  const std::string name = fmt::format("passing-{}", chance.below(churned_names));
  const State state = topics_[name].state;
  Result<std::int16_t> code = std::int16_t{0};
  if (state != State::there) {
    auto creating = create(client, name);
    code = co_await std::move(creating);
  } else if (chance.one_in(2)) {
    auto writing = write(client, name, now);
    code = co_await std::move(writing);
  } else {
    auto removing = remove(client, name);
    code = co_await std::move(removing);
  }
  if (code && *code == 0) ++done_;
  co_return code;
}

Task<Result<std::int16_t>> TopicChurn::create(RawClient& client, std::string name) {
  Topic& topic = topics_[name];
  const bool was_unsure = topic.state == State::unsure;
  topic.state = State::unsure;
  const std::string word = fmt::format("{}@{}", name, topic.life + 1);
  if (topic.create == 0) topic.create = recorder_.begin(churner, Recorder::Verb::create, word);
  auto creating = create_topic(client, name, 1, config_);
  CO_TRY_ASSIGN(const std::int16_t code, co_await std::move(creating));
  if (code == 0) {
    ++made_;
    recorder_.say(churner, Recorder::Verb::done, topic.create);
    topic = {.state = State::there, .life = topic.life + 1, .promised = {}, .word = word};
  } else if (is_code(code, ErrorCode::topic_already_exists)) {
    if (!was_unsure) {
      ledger_.add_violation(name + " was deleted, and is said to exist");
    }
    // Which life that is nobody knows: nothing is promised of it any more.
    topic = {
        .state = State::there, .life = topic.life + 1, .is_new = false, .promised = {}, .word = {}};
  }
  co_return code;
}

Task<Result<std::int16_t>> TopicChurn::remove(RawClient& client, std::string name) {
  Topic& topic = topics_[name];
  topic.state = State::unsure;
  const std::string word = std::exchange(topic.word, {});
  const Recorder::Op op = word.empty() ? 0 : recorder_.begin(churner, Recorder::Verb::remove, word);
  auto removing = delete_topic(client, name);
  CO_TRY_ASSIGN(const std::int16_t code, co_await std::move(removing));
  if (code == 0) {
    topic.state = State::gone;
    ++removed_;
  }
  if (code == 0 && op != 0) recorder_.say(churner, Recorder::Verb::done, op);
  if (is_code(code, ErrorCode::unknown_topic_or_partition)) {
    ledger_.add_violation(name + " was created, and is not known when it is to be deleted");
    topic.state = State::gone;
  }
  co_return code;
}

Task<Result<std::int16_t>> TopicChurn::write(RawClient& client, std::string name, TimestampMs now) {
  Topic& topic = topics_[name];
  const std::string value = fmt::format("{}/{}/{}", name, topic.life, ++written_);
  const std::vector<std::string> values{value};
  const std::string word = topic.word;
  const Recorder::Op op = word.empty() ? 0 : recorder_.send(churner, word, 0, std::nullopt, value);
  auto sending = produce(client, {name, 0}, batch_of(values, now));
  CO_TRY_ASSIGN(const Appended appended, co_await std::move(sending));
  if (appended.error_code == 0) topic.promised[appended.base_offset] = value;
  if (appended.error_code == 0 && op != 0) {
    recorder_.say(churner, Recorder::Verb::acked, op, appended.base_offset);
  }
  co_return appended.error_code;
}

Task<Result<>> TopicChurn::check_records(RawClient& client, std::string name) {
  const Topic& topic = topics_[name];
  const TopicPartition at{name, 0};
  auto reading = topic.word.empty() ? read_all(client, at)
                                    : audit(client, recorder_, "auditor", topic.word, at);
  CO_TRY_ASSIGN(const auto records, co_await std::move(reading));
  std::map<Offset, std::string> found;
  for (const FetchedRecord& record : records) {
    found[record.offset] = record.value;
    if (topic.is_new && !record.value.starts_with(fmt::format("{}/{}/", name, topic.life))) {
      ledger_.add_violation(fmt::format("{} holds '{}' of another life than its {}.", name,
                                        record.value, topic.life));
    }
  }
  for (const auto& [offset, value] : topic.promised) {
    if (found.contains(offset) && found[offset] == value) continue;
    ledger_.add_violation(
        fmt::format("{} offset {}: '{}' was acknowledged and is not there", name, offset, value));
  }
  co_return Result<>{};
}

Task<Result<>> TopicChurn::check(RawClient& client) {
  auto asking = topic_names(client);
  CO_TRY_ASSIGN(const auto names, co_await std::move(asking));
  for (const auto& [name, topic] : topics_) {
    const bool is_there = names.contains(name);
    if (topic.state == State::there && !is_there) {
      ledger_.add_violation(name + " was created, and is not there");
    } else if (topic.state == State::gone && is_there) {
      ledger_.add_violation(name + " was deleted, and is there");
    } else if (topic.state == State::there) {
      auto checking = check_records(client, name);
      CO_TRY(co_await std::move(checking));
    }
  }
  co_return Result<>{};
}

}  // namespace weir::sim
