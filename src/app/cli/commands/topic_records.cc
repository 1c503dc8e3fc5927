// weir topic offsets, trim.

#include <fmt/format.h>

#include "app/cli/commands/changes.h"
#include "app/cli/commands/commands.h"
#include "app/cli/text/positions.h"

namespace weir::app {
namespace {

Result<std::vector<PartitionWord>> parse_words(const std::vector<std::string>& words) {
  std::vector<PartitionWord> parsed;
  for (const std::string& word : words) {
    TRY_ASSIGN(auto one, parse_partition_word(word));
    parsed.push_back(std::move(one));
  }
  return parsed;
}

class TopicOffsets final : public ClientCommand {
 public:
  std::string_view name() const override { return "topic offsets"; }
  std::string_view summary() const override {
    return "Shows the first and last offsets of partitions, or the offset at a time";
  }

 private:
  void describe_own(Options& options) override {
    options
        .argument("TOPIC[:PARTITIONS]", words_, "topics, or some of their partitions: orders:0,2")
        .completes = Completes::topics;
    options.option("--at", "TIME", at_, "the first offset at or after a time, too");
    options.flag("--committed", committed_, "the end for readers of committed records only");
  }
  Result<> check() override {
    TRY_ASSIGN(parsed_, parse_words(words_));
    return {};
  }

  Task<Exit> run_in(Session& session) override {
    Exits exits;
    std::optional<TimestampMs> time;
    if (at_) {
      const auto position = parse_positions(*at_, session.env.clock.wall_ms());
      if (!position || position->from.kind != Position::Kind::time || position->to) {
        co_return session.complain(fmt::format("--at {}: a time is expected", *at_), Exit::usage);
      }
      time = position->from.number;
    }
    auto finding = existing_partitions(session, parsed_, exits);
    const auto partitions = co_await std::move(finding);
    auto first = list(session, partitions, client::OffsetSpec::earliest());
    const auto firsts = co_await std::move(first);
    auto last = list(session, partitions, client::OffsetSpec::latest());
    const auto lasts = co_await std::move(last);
    auto listing_at = list(session, time ? partitions : std::vector<client::TopicPartition>{},
                           client::OffsetSpec::at(time.value_or(0)));
    const auto ats = co_await std::move(listing_at);
    Report report;
    std::vector<Column> columns{{"topic"}, {"partition"}, {"start_offset"}, {"end_offset"}};
    if (time) columns.insert(columns.end(), {{"offset_at"}, {"timestamp"}});
    Section& table = report.table("", std::move(columns));
    for (const client::TopicPartition& of : partitions) {
      const auto &from = firsts.at(of), &to = lasts.at(of);
      if (!from || !to) {
        exits.add(session.complain("", (from ? to : from).error()));
        continue;
      }
      std::vector<Cell> row{of.topic, std::int64_t{of.partition}, from->offset, to->offset};
      if (time) {
        const auto& found = ats.at(of);
        const bool is_there = found && found->offset != no_offset;
        row.push_back(is_there ? Cell{found->offset} : Cell{});
        row.push_back(is_there ? Cell{Time{found->timestamp}} : Cell{});
      }
      table.add(std::move(row));
      exits.add(Exit::done);
    }
    auto showing = session.show(report);
    if (!co_await std::move(showing)) co_return Exit::failed;
    co_return exits.result();
  }

  Task<client::PerItem<client::TopicPartition, client::ListedOffset>> list(
      Session& session, std::vector<client::TopicPartition> partitions, client::OffsetSpec spec) {
    std::map<client::TopicPartition, client::OffsetSpec> asked;
    for (client::TopicPartition& of : partitions) asked[std::move(of)] = spec;
    auto listing = session.admin.list_offsets(std::move(asked),
                                              committed_ ? client::IsolationLevel::read_committed
                                                         : client::IsolationLevel::read_uncommitted,
                                              session.deadline());
    co_return co_await std::move(listing);
  }

  std::vector<std::string> words_;
  std::vector<PartitionWord> parsed_;
  std::optional<std::string> at_;
  bool committed_ = false;
};

class TopicTrim final : public ClientCommand {
 public:
  std::string_view name() const override { return "topic trim"; }
  std::string_view summary() const override { return "Deletes the oldest records of partitions"; }

 private:
  void describe_own(Options& options) override {
    options
        .argument("TOPIC[:PARTITIONS]", words_, "topics, or some of their partitions: orders:0,2")
        .completes = Completes::topics;
    auto& before = options.option("-o,--before", "POSITION", before_,
                                  "everything below: an offset, end, -N (the last N stay), a time");
    before.required = true;
    consent_.describe(options);
  }
  Result<> check() override {
    TRY_ASSIGN(parsed_, parse_words(words_));
    return {};
  }

  Task<Exit> run_in(Session& session) override {
    const auto position = parse_positions(before_, session.env.clock.wall_ms());
    using Kind = Position::Kind;
    if (!position || position->to || position->from.kind == Kind::stored ||
        position->from.kind == Kind::start) {
      co_return session.complain(
          fmt::format("--before {}: an offset, end, -N or a time is expected", before_),
          Exit::usage);
    }
    Exits exits;
    auto finding = existing_partitions(session, parsed_, exits);
    const auto partitions = co_await std::move(finding);
    auto computing = targets(session, partitions, position->from, exits);
    const auto before = co_await std::move(computing);
    if (before.empty()) co_return exits.result();
    auto asking = consent_.ask(
        session, fmt::format("delete the oldest records of {} partitions", before.size()));
    if (const Exit answer = co_await std::move(asking); answer != Exit::done) co_return answer;
    Report report;
    Section& table = report.table("", {{"topic"}, {"partition"}, {"start_offset"}});
    if (consent_.dry_run) {
      auto trying = add_as_it_would_be(session, before, table, exits);
      co_await std::move(trying);
    } else {
      auto deleting = session.admin.delete_records(before, session.deadline());
      const auto outcomes = co_await std::move(deleting);
      for (const auto& [of, outcome] : outcomes) {
        exits.add(outcome ? Exit::done : session.complain("", outcome.error()));
        if (outcome) table.add({of.topic, std::int64_t{of.partition}, *outcome});
      }
    }
    auto showing = session.show(report);
    if (!co_await std::move(showing)) co_return Exit::failed;
    co_return exits.result();
  }

  // Where each partition shall begin.
  Task<std::map<client::TopicPartition, Offset>> targets(
      Session& session, std::vector<client::TopicPartition> partitions, Position position,
      Exits& exits) {
    std::map<client::TopicPartition, Offset> before;
    const bool is_offset = position.kind == Position::Kind::offset;
    std::map<client::TopicPartition, client::OffsetSpec> asked;
    for (const client::TopicPartition& of : partitions) {
      if (is_offset) before[of] = position.number;
      asked[of] = position.kind == Position::Kind::time ? client::OffsetSpec::at(position.number)
                                                        : client::OffsetSpec::latest();
    }
    if (is_offset) co_return before;
    auto listing = session.admin.list_offsets(
        std::move(asked), client::IsolationLevel::read_uncommitted, session.deadline());
    const auto listed = co_await std::move(listing);
    for (const auto& [of, found] : listed) {
      if (!found) {
        exits.add(session.complain("", found.error()));
      } else if (found->offset == no_offset) {
        before[of] = client::high_watermark_offset;  // nothing is younger than that time
      } else {
        const std::int64_t keep = position.kind == Position::Kind::before_end ? position.number : 0;
        before[of] = std::max<Offset>(0, found->offset - keep);
      }
    }
    co_return before;
  }

  // What the brokers would answer, who know where each partition ends.
  Task<> add_as_it_would_be(Session& session, std::map<client::TopicPartition, Offset> before,
                            Section& table, Exits& exits) {
    std::map<client::TopicPartition, client::OffsetSpec> ends;
    for (const auto& [of, offset] : before) ends[of] = client::OffsetSpec::latest();
    auto listing = session.admin.list_offsets(
        std::move(ends), client::IsolationLevel::read_uncommitted, session.deadline());
    const auto listed = co_await std::move(listing);
    for (const auto& [of, end] : listed) {
      const Offset offset = before.at(of);
      if (!end) {
        exits.add(session.complain("", end.error()));
      } else if (offset > end->offset) {
        exits.add(session.complain(
            "", client::Failure(wire::ErrorCode::offset_out_of_range,
                                fmt::format("partition {} of topic '{}' ends at offset {}",
                                            of.partition, of.topic, end->offset))));
      } else {
        const bool is_all = offset == client::high_watermark_offset;
        table.add({of.topic, std::int64_t{of.partition}, is_all ? end->offset : offset});
      }
    }
  }

  std::vector<std::string> words_;
  std::vector<PartitionWord> parsed_;
  std::string before_;
  Consent consent_;
};

}  // namespace

void add_topic_record_commands(Commands& commands) {
  commands.push_back(std::make_unique<TopicTrim>());
  commands.push_back(std::make_unique<TopicOffsets>());
}

}  // namespace weir::app
