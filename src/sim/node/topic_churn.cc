#include "sim/node/topic_churn.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "wire/error_code.h"

namespace weir::sim {
namespace {

using wire::ErrorCode;

constexpr std::uint64_t churned_names = 4;
constexpr std::string_view churner = "churner";  // in the history

constexpr std::string_view retention_key = "retention.ms";

// Every second life has one of its own, and none has another's. No run lasts so long.
std::optional<std::string> retention_of(int life) {
  if (life % 2 == 0) return std::nullopt;
  return std::to_string(3'600'000 + life);
}

std::string word_of(const std::string& name, int life) { return fmt::format("{}@{}", name, life); }

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
  } else if (!topics_[name].promised.empty() && chance.one_in(3)) {
    auto trimming = trim(client, name);
    code = co_await std::move(trimming);
  } else if (chance.one_in(2)) {
    auto remaking = remake(client, name);
    code = co_await std::move(remaking);
  } else {
    auto removing = remove(client, name);
    code = co_await std::move(removing);
  }
  if (code && *code == 0) ++done_;
  co_return code;
}

// Says with which configs.
std::map<std::string, std::string> TopicChurn::begin_create(const std::string& name) {
  Topic& topic = topics_[name];
  topic.state = State::unsure;
  if (topic.create == 0) {
    topic.create = recorder_.begin(churner, Recorder::Verb::create, word_of(name, topic.life + 1));
  }
  auto configs = config_;
  const std::optional<std::string> retention = retention_of(topic.life + 1);
  if (retention) configs[std::string(retention_key)] = *retention;
  return configs;
}

void TopicChurn::was_created(const std::string& name, std::int16_t code, bool was_unsure) {
  Topic& topic = topics_[name];
  const int life = topic.life + 1;
  if (code == 0) {
    ++made_;
    recorder_.say(churner, Recorder::Verb::done, topic.create);
    topic = {.state = State::there,
             .life = life,
             .promised = {},
             .retention = retention_of(life),
             .word = word_of(name, life)};
  } else if (is_code(code, ErrorCode::topic_already_exists)) {
    if (!was_unsure) {
      ledger_.add_violation(name + " was deleted, and is said to exist");
    }
    // Which life that is nobody knows: nothing is promised of it any more.
    topic = {.state = State::there,
             .life = life,
             .is_new = false,
             .promised = {},
             .retention = {},
             .word = {}};
  }
}

Task<Result<std::int16_t>> TopicChurn::create(RawClient& client, std::string name) {
  const bool was_unsure = topics_[name].state == State::unsure;
  auto creating = create_topic(client, name, 1, begin_create(name));
  CO_TRY_ASSIGN(const std::int16_t code, co_await std::move(creating));
  was_created(name, code, was_unsure);
  co_return code;
}

Recorder::Op TopicChurn::begin_remove(const std::string& name) {
  Topic& topic = topics_[name];
  topic.state = State::unsure;
  const std::string word = std::exchange(topic.word, {});
  return word.empty() ? 0 : recorder_.begin(churner, Recorder::Verb::remove, word);
}

void TopicChurn::was_removed(const std::string& name, std::int16_t code, Recorder::Op op) {
  Topic& topic = topics_[name];
  if (code == 0) {
    topic.state = State::gone;
    ++removed_;
  }
  if (code == 0 && op != 0) recorder_.say(churner, Recorder::Verb::done, op);
  if (is_code(code, ErrorCode::unknown_topic_or_partition)) {
    ledger_.add_violation(name + " was created, and is not known when it is to be deleted");
    topic.state = State::gone;
  }
}

Task<Result<std::int16_t>> TopicChurn::remove(RawClient& client, std::string name) {
  const Recorder::Op op = begin_remove(name);
  auto removing = delete_topic(client, name);
  CO_TRY_ASSIGN(const std::int16_t code, co_await std::move(removing));
  was_removed(name, code, op);
  co_return code;
}

// The old life may still be on its way out when the next one comes.
Task<Result<std::int16_t>> TopicChurn::remake(RawClient& client, std::string name) {
  const Recorder::Op op = begin_remove(name);
  auto remaking = remake_topic(client, name, 1, begin_create(name));
  CO_TRY_ASSIGN(const RemadeTopic codes, co_await std::move(remaking));
  was_removed(name, codes.deleted, op);
  topics_[name].state = State::unsure;  // as long as nothing else is said of the next one
  was_created(name, codes.created, codes.deleted != 0);
  co_return codes.deleted != 0 ? codes.deleted : codes.created;
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

// All that is there now. What may have gone is promised no more.
Task<Result<std::int16_t>> TopicChurn::trim(RawClient& client, std::string name) {
  Topic& topic = topics_[name];
  const Offset before = topic.promised.rbegin()->first + 1;
  topic.promised.clear();
  const Recorder::Op op =
      topic.word.empty() ? 0
                         : recorder_.begin(churner, Recorder::Verb::trim, topic.word, 0, before);
  auto deleting = delete_records(client, {name, 0}, before);
  CO_TRY_ASSIGN(const std::int16_t code, co_await std::move(deleting));
  if (code == 0) topic.trimmed = std::max(topic.trimmed, before);
  if (code == 0 && op != 0) recorder_.say(churner, Recorder::Verb::done, op);
  co_return code;
}

Task<Result<>> TopicChurn::check_configs(RawClient& client, std::string name) {
  const Topic& topic = topics_[name];
  if (!topic.is_new) co_return Result<>{};
  auto asking = own_config(client, name, std::string(retention_key));
  CO_TRY_ASSIGN(const OwnConfig own, co_await std::move(asking));
  if (own.error_code != 0) {
    co_return fail(Errc::invalid, "configs are refused",
                   static_cast<std::uint64_t>(own.error_code));
  }
  if (own.value != topic.retention) {
    ledger_.add_violation(fmt::format("{} was made with {}={}, and has {} in its life {}", name,
                                      retention_key, topic.retention.value_or("none"),
                                      own.value.value_or("none"), topic.life));
  }
  co_return Result<>{};
}

Task<Result<>> TopicChurn::check_records(RawClient& client, std::string name) {
  const Topic& topic = topics_[name];
  auto auditing = topic.word.empty() ? read_whole(client, {name, 0})
                                     : audit(client, recorder_, "auditor", topic.word, {name, 0});
  CO_TRY_ASSIGN(const Audited audited, co_await std::move(auditing));
  if (audited.start < topic.trimmed) {
    ledger_.add_violation(
        fmt::format("{} starts at {}, and was trimmed to {}", name, audited.start, topic.trimmed));
  }
  const std::vector<FetchedRecord>& records = audited.records;
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
      auto asking_for_configs = check_configs(client, name);
      CO_TRY(co_await std::move(asking_for_configs));
    }
  }
  co_return Result<>{};
}

}  // namespace weir::sim
