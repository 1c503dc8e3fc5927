#include "sim/node/ledger.h"

#include <fmt/format.h>

#include <utility>

namespace weir::sim {

void Ledger::add_violation(std::string what) { violations_.push_back(std::move(what)); }

void Ledger::sent(const std::string& value) { sent_.insert(value); }

void Ledger::acknowledged(const TopicPartition& at, Offset offset, const std::string& value) {
  const auto [known, is_new] = acknowledged_[at].try_emplace(offset, value);
  if (!is_new && known->second != value) {
    add_violation(fmt::format("{}-{} offset {} was given to '{}' and to '{}'", at.topic,
                              at.partition, offset, known->second, value));
  }
}

void Ledger::consumed(const TopicPartition& at, Offset offset, const std::string& value) {
  const auto [known, is_new] = consumed_[at].try_emplace(offset, value);
  if (!is_new && known->second != value) {
    add_violation(fmt::format("{}-{} offset {} was '{}' and later '{}'", at.topic, at.partition,
                              offset, known->second, value));
  }
}

void Ledger::commit_tried(const TopicPartition& at, Offset offset) {
  commits_[at].tried.insert(offset);
}

void Ledger::commit_confirmed(const TopicPartition& at, Offset offset) {
  commits_[at] = {.confirmed = offset, .tried = {}};
}

std::size_t Ledger::forgive(const TopicPartition& at, Offset from) {
  Log& consumed = consumed_[at];
  consumed.erase(consumed.lower_bound(from), consumed.end());
  Log& promised = acknowledged_[at];
  const std::size_t before = promised.size();
  promised.erase(promised.lower_bound(from), promised.end());
  return before - promised.size();
}

void Ledger::check_log(const TopicPartition& at, const std::vector<FetchedRecord>& records) {
  Log log;
  std::map<std::string_view, Offset> first;
  Offset next = 0;
  for (const FetchedRecord& record : records) {
    if (record.offset != next) {
      add_violation(fmt::format("{}-{} goes on at {} after {}", at.topic, at.partition,
                                record.offset, next - 1));
    }
    next = record.offset + 1;
    log[record.offset] = record.value;
    if (!sent_.contains(record.value)) {
      add_violation(fmt::format("{}-{} offset {} holds '{}', which nobody sent", at.topic,
                                at.partition, record.offset, record.value));
    }
    const auto [other, is_new] = first.try_emplace(record.value, record.offset);
    if (!is_new) {
      add_violation(fmt::format("{}-{} holds '{}' at {} and at {}", at.topic, at.partition,
                                record.value, other->second, record.offset));
    }
  }
  for (const auto& [promises, word] :
       {std::pair(&acknowledged_, "acknowledged"), std::pair(&consumed_, "consumed")}) {
    const auto promised = promises->find(at);
    if (promised == promises->end()) continue;
    for (const auto& [offset, value] : promised->second) {
      const auto found = log.find(offset);
      if (found != log.end() && found->second == value) continue;
      add_violation(fmt::format("{}-{} offset {}: '{}' was {}, and there is {}", at.topic,
                                at.partition, offset, value, word,
                                found == log.end() ? "nothing" : "'" + found->second + "'"));
    }
  }
}

void Ledger::check_committed(const TopicPartition& at, Offset offset) {
  const Commit& commit = commits_[at];
  if (offset == commit.confirmed || commit.tried.contains(offset)) return;
  add_violation(fmt::format("{}-{}: offset {} was committed, and {} is read back", at.topic,
                            at.partition, commit.confirmed, offset));
}

Offset Ledger::acknowledged_end(const TopicPartition& at) const {
  const auto promised = acknowledged_.find(at);
  if (promised == acknowledged_.end() || promised->second.empty()) return 0;
  return promised->second.rbegin()->first + 1;
}

bool Ledger::all_consumed() const {
  for (const auto& [at, log] : acknowledged_) {
    const auto got = consumed_.find(at);
    if (got == consumed_.end()) return false;
    for (const auto& [offset, value] : log) {
      if (!got->second.contains(offset)) return false;
    }
  }
  return true;
}

std::size_t Ledger::acknowledged_count() const {
  std::size_t count = 0;
  for (const auto& [at, log] : acknowledged_) count += log.size();
  return count;
}

std::size_t Ledger::consumed_count() const {
  std::size_t count = 0;
  for (const auto& [at, log] : consumed_) count += log.size();
  return count;
}

}  // namespace weir::sim
