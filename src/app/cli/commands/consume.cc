// weir consume.

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "app/cli/commands/changes.h"
#include "app/cli/commands/commands.h"
#include "app/cli/consume_range.h"
#include "app/cli/consumed_view.h"
#include "app/cli/record_filter.h"
#include "app/cli/text/record_json.h"
#include "client/consumer/consumer.h"

namespace weir::app {
namespace {

constexpr std::chrono::milliseconds poll_time{200};  // after which Ctrl-C is looked at
// How often a follower looks for new topics and partitions, and how long each time at most.
constexpr std::chrono::seconds look_period{5}, look_limit{1};

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

class Consume final : public ClientCommand {
 public:
  std::string_view name() const override { return "consume"; }
  std::string_view summary() const override { return "Reads records of topics"; }
  std::string_view details() const override {
    return "Without --follow, -n or -g it stops at the end that the topics have when it starts.\n"
           "-o START[:END], END exclusive; :END alone begins at the start. Each is start, end,\n"
           "an offset, -N (before the end) or a time: @milliseconds, ISO, -2h, +2h, now.\n"
           "With -g, START counts for partitions without a committed offset, and what was\n"
           "printed is committed, no more. Where neither says where to begin,\n"
           "-X auto.offset.reset does (earliest; latest, by_duration:PT1H; none is an error);\n"
           "it also says where to go on when an offset is no longer there.\n"
           "-f: %t topic, %p partition, %o offset, %k key, %v or %s value, %K and %S the\n"
           "lengths of key and value, %h headers, %T milliseconds, %d ISO time, %% a percent\n"
           "sign; \\n \\t \\r \\0 \\\\ \\xHH. --format json prints an object a line.";
  }

 private:
  void describe_own(Options& options) override {
    options.argument("TOPIC", topics_, "the topics").completes = Completes::topics;
    options.option("-g,--group", "GROUP", group_, "as a member of this group").completes =
        Completes::groups;
    options.option("-p,--partitions", "LIST", partitions_, "only these partitions: 0,2,5-7");
    options.option("-o,--offset", "START[:END]", range_text_,
                   "where to begin, and to end (auto.offset.reset: start)");
    options.option("-n,--count", "N", count_, "stop after so many records");
    options.flag("--follow", follow_, "wait for further records at the end");
    options.option("-f", "FORMAT", format_text_, "how a record is printed (%v)");
    options.flag("-r,--regex", regex_, "the topics are patterns (RE2), for whole names");
    options.option("--key", "PATTERN", key_, "only records whose key has this in it (RE2)");
    options.option("--value", "PATTERN", value_, "only records whose value has this in it (RE2)");
    options.option("--header", "NAME[:PATTERN]", headers_,
                   "only records with this header; may be repeated");
    options.flag("-F,--plain", plain_, "patterns are plain text");
    options.flag("--hex", hex_, "print keys and values as hexadecimal digits");
    options.flag("--committed", committed_, "no records of open and aborted transactions");
  }

  Result<> check() override {
    if (group_ && partitions_) return fail(Errc::invalid, "either --group or --partitions");
    if (regex_ && partitions_) return fail(Errc::invalid, "either --regex or --partitions");
    TRY(check_number("--count", count_, 1));
    if (partitions_) {
      TRY_ASSIGN(indexes_, parse_partitions(*partitions_));
    }
    TRY_ASSIGN(format_, RecordFormat::parse(format_text_.value_or("%v")));
    if (key_) {
      TRY_ASSIGN(filter_.key, Pattern::parse(*key_, plain_));
    }
    if (value_) {
      TRY_ASSIGN(filter_.value, Pattern::parse(*value_, plain_));
    }
    for (const std::string& header : headers_) {
      const std::size_t colon = header.find(':');
      RecordFilter::Header wanted{header.substr(0, colon), std::nullopt};
      if (colon != header.npos) {
        TRY_ASSIGN(wanted.value, Pattern::parse(header.substr(colon + 1), plain_));
      }
      filter_.headers.push_back(std::move(wanted));
    }
    if (regex_) {
      for (const std::string& topic : topics_) {
        TRY_ASSIGN(auto pattern, Pattern::parse(topic, false));
        patterns_.push_back(std::move(pattern));
      }
    }
    return {};
  }

  Result<> adjust(ClientSettings& settings) override {
    client::ConsumerOptions& consumer = settings.config.consumer;
    if (settings.format == Format::csv || settings.format == Format::wide) {
      return fail(Errc::invalid, "--format: text or json is expected for records");
    }
    if (settings.format == Format::json && format_text_) {
      return fail(Errc::invalid, "either -f or --format json");
    }
    if (group_) consumer.group.group_id = *group_;
    consumer.finishes_by_hand = true;
    consumer.commits_by_itself = group_.has_value();
    if (committed_) consumer.reads_committed = true;
    // Unless somebody says otherwise everything that is there is read, and where offsets are gone
    // it goes on with the next ones, never with a jump to the end.
    if (!settings.config.names_reset) consumer.reset.to = client::OffsetReset::earliest;
    if (!group_ && !range_text_ && consumer.reset.to == client::OffsetReset::none) {
      return fail(Errc::invalid,
                  "auto.offset.reset=none: nothing says where to begin; add -o START, or -g GROUP");
    }
    json_ = settings.format == Format::json;
    return {};
  }

  // What -o says, or without it auto.offset.reset. Error: invalid.
  Result<PositionRange> range_of(const Session& session) const {
    const TimestampMs now = session.env.clock.wall_ms();
    if (range_text_) return parse_positions(*range_text_, now);
    using Kind = Position::Kind;
    const client::ResetPolicy& reset = session.settings.config.consumer.reset;
    Position from{group_ ? Kind::stored : Kind::start};
    if (!group_ && reset.to == client::OffsetReset::latest) from.kind = Kind::end;
    if (!group_ && reset.to == client::OffsetReset::by_duration) {
      from = {Kind::time, now - reset.back.count()};
    }
    return PositionRange{from, std::nullopt};
  }

  Task<Exit> run_in(Session& session) override {
    const auto range = range_of(session);
    if (!range) co_return session.complain(range.error().what, Exit::usage);
    if (group_ && range->to) {
      co_return session.complain("--offset: a group has no END; leave :END out", Exit::usage);
    }
    if (!group_ && range->from.kind == Position::Kind::stored) {
      co_return session.complain("--offset stored: a group is needed; add -g GROUP", Exit::usage);
    }
    auto naming = named_topics(session);
    const auto topics = co_await std::move(naming);
    if (!topics) co_return topics.error();
    auto running =
        group_ ? run_as_member(session, *topics, range->from) : run_alone(session, *topics, *range);
    co_return co_await std::move(running);
  }

  // Those that are there; a name that is not is an error.
  Task<std::expected<std::vector<std::string>, Exit>> named_topics(Session& session) {
    std::vector<std::string> names = topics_;
    if (regex_) {
      auto listing = session.admin.list_topics(false, session.deadline());
      const auto all = co_await std::move(listing);
      if (!all) co_return std::unexpected(session.complain("", all.error()));
      names.clear();
      for (const auto& [topic, listed] : *all) {
        if (is_wanted(topic)) names.push_back(topic);
      }
      if (names.empty() && !group_ && !follow_) {
        co_return std::unexpected(session.complain(
            fmt::format("no topic matches '{}'", fmt::join(topics_, "', '")), Exit::not_found));
      }
    }
    auto describing = session.admin.describe_topics(names, session.deadline());
    const auto described = co_await std::move(describing);
    for (const auto& [topic, found] : described) {
      if (!found) co_return std::unexpected(session.complain("", found.error()));
    }
    co_return names;
  }

  bool is_wanted(std::string_view topic) const {
    return std::ranges::any_of(
        patterns_, [&](const Pattern& pattern) { return pattern.matches_whole(topic); });
  }

  // --- by hand ---
  Task<Exit> run_alone(Session& session, std::vector<std::string> topics, PositionRange range) {
    Exits exits;
    std::vector<PartitionWord> words;
    for (const std::string& topic : topics) words.push_back({topic, indexes_});
    auto finding = existing_partitions(session, std::move(words), exits);
    auto partitions = co_await std::move(finding);
    if (exits.result() != Exit::done) co_return exits.result();
    auto resolving = resolve_range(session, std::move(partitions), range,
                                   session.settings.config.consumer.reads_committed);
    auto bounds = co_await std::move(resolving);
    if (!bounds) co_return session.complain("", bounds.error());
    const bool stops_at_end = range.to.has_value() || (!follow_ && !count_);
    for (auto& [of, bound] : *bounds) {
      if (!follow_) bound.to = std::min(bound.to, bound.end);
      if (!stops_at_end && bound.from > bound.end) {
        co_return session.complain(fmt::format("{} partition {}: offset {} is beyond its end, {}",
                                               of.topic, of.partition, bound.from, bound.end),
                                   Exit::failed);
      }
    }
    std::vector<client::TopicPartition> open;
    for (const auto& [of, bound] : *bounds) {
      if (!stops_at_end || bound.from < bound.to) open.push_back(of);
    }
    client::Consumer consumer(session.cluster, session.settings.config.consumer);
    consumer.assign(open);
    for (const client::TopicPartition& of : open) {
      const auto sought = consumer.seek(of, {.offset = bounds->at(of).from});
      CHECK(sought.has_value(), "what was assigned can be sought");
    }
    std::set<client::TopicPartition> unfinished(open.begin(), open.end());
    auto reading = read(session, consumer, stops_at_end ? &*bounds : nullptr, unfinished);
    const Exit exit = co_await std::move(reading);
    auto closing = consumer.close(session.closing_deadline());
    co_await std::move(closing);
    co_return exit;
  }

  // --- in a group ---
  Task<Exit> run_as_member(Session& session, std::vector<std::string> topics, Position from) {
    client::Consumer* self = nullptr;
    Beginner beginner{*this, session, self, from};
    client::RebalanceListener listener;
    listener.assigned = [&beginner](client::Partitions partitions) {
      return Beginner::begin(beginner, std::move(partitions));
    };
    client::Consumer consumer(session.cluster, session.settings.config.consumer,
                              std::move(listener));
    self = &consumer;
    const auto subscribed = regex_ ? consumer.subscribe_matching([this](std::string_view topic) {
      return is_wanted(topic);
    })
                                   : consumer.subscribe(std::move(topics));
    if (!subscribed) co_return session.complain("", subscribed.error());
    std::set<client::TopicPartition> unfinished;
    auto reading = read(session, consumer, nullptr, unfinished, &beginner.failure);
    const Exit exit = co_await std::move(reading);
    auto closing = consumer.close(session.closing_deadline());
    const auto closed = co_await std::move(closing);
    if (!closed && (exit == Exit::done || exit == Exit::interrupted)) {
      const Exit failed = session.complain("the last commit", closed.error());
      co_return exit == Exit::done ? failed : exit;
    }
    co_return exit;
  }

  // -o for partitions of the group without a committed offset.
  struct Beginner {
    Consume& command;
    Session& session;
    client::Consumer*& consumer;
    Position from;
    std::optional<client::Failure> failure{};  // nothing may be read from elsewhere then
    static Task<> begin(Beginner& self, client::Partitions partitions) {
      if (self.from.kind == Position::Kind::stored || partitions.empty()) co_return;
      auto asking = self.consumer->committed(partitions, self.session.deadline());
      const auto committed = co_await std::move(asking);
      if (!committed) {
        self.failure = committed.error();
        co_return;
      }
      std::erase_if(partitions, [&](const auto& of) { return committed->contains(of); });
      if (partitions.empty()) co_return;
      auto resolving = resolve_range(self.session, std::move(partitions), {self.from, std::nullopt},
                                     self.session.settings.config.consumer.reads_committed);
      const auto bounds = co_await std::move(resolving);
      if (!bounds) {
        self.failure = bounds.error();
        co_return;
      }
      for (const auto& [of, bound] : *bounds) {
        // No longer ours: another rebalance will tell.
        [[maybe_unused]] const auto sought =
            self.consumer->seek(of, {.offset = std::min(bound.from, bound.end)});
      }
    }
  };

  // --- both ---
  Task<Exit> read(Session& session, client::Consumer& consumer, const RangeBounds* bounds,
                  std::set<client::TopicPartition>& unfinished,
                  const std::optional<client::Failure>* lost = nullptr) {
    env::Instant deadline = session.deadline();
    while (!session.interrupted()) {
      if (bounds && unfinished.empty()) co_return Exit::done;
      auto polling = consumer.poll(session.env.clock.now() + poll_time);
      const auto polled = co_await std::move(polling);
      if (lost && *lost) co_return session.complain("where to begin", **lost);
      if (!polled) co_return session.complain("", polled.error());
      auto showing = show(session, consumer, *polled, bounds);
      const auto shown = co_await std::move(showing);
      if (!polled->empty()) deadline = session.deadline();
      if (bounds && session.env.clock.now() >= deadline) {
        if (const auto stuck = who_is_stuck(consumer, unfinished)) {
          co_return session.complain(stuck->what, stuck->exit);
        }
      }
      if (!shown) {
        if (session.interrupted()) break;
        co_return session.complain(fmt::format("{} after {} records", shown.error().what, printed_),
                                   Exit::failed);
      }
      if (count_ && printed_ >= static_cast<std::uint64_t>(*count_)) co_return Exit::done;
      if (bounds) {
        auto looking = drop_finished(session, consumer, *bounds, unfinished);
        co_await std::move(looking);
      } else if (follow_ && !group_) {
        auto looking = add_new_partitions(session, consumer);
        co_await std::move(looking);
      }
    }
    co_return Exit::interrupted;
  }

  // Topics and partitions that came to be after the command began are read from their first record.
  // What cannot be found out now is looked for again.
  Task<> add_new_partitions(Session& session, client::Consumer& consumer) {
    const env::Instant now = session.env.clock.now();
    if (now < next_look_) co_return;
    const auto& age = session.settings.config.cluster.metadata_age_max;
    next_look_ = now + std::min<env::Duration>(age, look_period);
    auto listing = session.admin.list_topics(false, now + look_limit);
    const auto topics = co_await std::move(listing);
    if (!topics) co_return;
    client::Partitions all = consumer.assignment();
    const std::set<client::TopicPartition> known(all.begin(), all.end());
    client::Partitions fresh;
    for (const auto& [topic, listed] : *topics) {
      if (!(regex_ ? is_wanted(topic) : std::ranges::count(topics_, topic) > 0)) continue;
      for (PartitionIndex index = 0; index < listed.partitions; ++index) {
        const bool is_chosen = indexes_.empty() || std::ranges::count(indexes_, index) > 0;
        if (is_chosen && !known.contains({topic, index})) fresh.push_back({topic, index});
      }
    }
    if (fresh.empty()) co_return;
    all.insert(all.end(), fresh.begin(), fresh.end());
    consumer.assign(std::move(all));
    for (const client::TopicPartition& of : fresh) {
      const auto sought = consumer.seek_to_time(of, client::time_of_earliest);
      CHECK(sought.has_value(), "what was assigned can be sought");
    }
  }

  struct Stuck {
    std::string what;
    Exit exit;
  };
  static std::optional<Stuck> who_is_stuck(const client::Consumer& consumer,
                                           const std::set<client::TopicPartition>& unfinished) {
    for (const client::TopicPartition& of : unfinished) {
      const auto trouble = consumer.trouble(of);
      if (!trouble) continue;
      return Stuck{fmt::format("nothing more comes of {} partition {}: {}", of.topic, of.partition,
                               trouble->message()),
                   Exit::unreachable};
    }
    return std::nullopt;
  }

  // Prints, and only then says that the records are finished.
  Task<Result<>> show(Session& session, client::Consumer& consumer, const client::Polled& polled,
                      const RangeBounds* bounds) {
    std::string out;
    std::map<client::TopicPartition, Offset> next;
    std::uint64_t printing = 0;
    const std::uint64_t room = count_ ? static_cast<std::uint64_t>(*count_) - printed_ : UINT64_MAX;
    for (const client::ConsumedRecords& consumed : polled) {
      const Offset end = bounds ? bounds->at(consumed.partition).to : INT64_MAX;
      for (const wire::Record& record : consumed.batch.records) {
        if (record.offset >= end || printing >= room) break;
        printing += print(consumed, record, out) ? 1 : 0;
        next[consumed.partition] = record.offset + 1;
      }
    }
    if (!out.empty()) {
      auto writing = session.write(std::move(out));
      CO_TRY(co_await std::move(writing));
    }
    printed_ += printing;
    for (const auto& [of, offset] : next) {
      // Given up meanwhile: its next owner reads it again.
      [[maybe_unused]] const auto finished = consumer.finished(of, offset);
    }
    co_return Result<>{};
  }

  // False: it is not wanted.
  bool print(const client::ConsumedRecords& consumed, const wire::Record& record,
             std::string& out) const {
    RecordView view = view_of(consumed, record);
    if (!filter_.matches(view)) return false;
    std::string key, value;
    if (hex_ && view.key) view.key = key = hex(*view.key);
    if (hex_ && view.value) view.value = value = hex(*view.value);
    json_ ? print_record_json(view, out) : format_.print(view, out);
    return true;
  }

  static Task<> drop_finished(Session& session, client::Consumer& consumer,
                              const RangeBounds& bounds,
                              std::set<client::TopicPartition>& unfinished) {
    for (const client::TopicPartition& of : consumer.assignment()) {
      if (!unfinished.contains(of)) continue;
      auto asking = consumer.position(of, session.env.clock.now() + poll_time);
      const auto position = co_await std::move(asking);
      if (!position || position->offset < bounds.at(of).to) continue;
      unfinished.erase(of);
      [[maybe_unused]] const auto paused = consumer.pause(of);
    }
  }

  std::vector<std::string> topics_, headers_;
  std::optional<std::string> group_, partitions_, range_text_, format_text_, key_, value_;
  std::optional<std::int64_t> count_;
  bool follow_ = false, regex_ = false, plain_ = false, hex_ = false, committed_ = false;
  std::vector<PartitionIndex> indexes_;
  RecordFormat format_ = *RecordFormat::parse("%v");
  RecordFilter filter_;
  std::vector<Pattern> patterns_;
  bool json_ = false;
  std::uint64_t printed_ = 0;
  env::Instant next_look_{};
};

}  // namespace

void add_consume_commands(Commands& commands) { commands.push_back(std::make_unique<Consume>()); }

}  // namespace weir::app
