#include "sim/checker/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

namespace weir::sim::checker {
namespace {

constexpr std::string_view first_line = "weir-history 1";
constexpr std::array<std::string_view, 26> verb_names{
    "producer", "member", "send",     "audit",   "ask",  "trim",    "create", "delete", "commit",
    "fetch",    "acked",  "refused",  "unknown", "done", "audited", "bounds", "told",   "topic",
    "read",     "seek",   "assigned", "revoked", "lost", "ended",   "killed", "started"};
static_assert(verb_names.size() == static_cast<std::size_t>(Verb::started) + 1);

bool fits(Verb begin, Verb end) {
  if (end == Verb::unknown || end == Verb::refused) return true;
  switch (begin) {
    case Verb::send:
      return end == Verb::acked;
    case Verb::audit:
      return end == Verb::audited;
    case Verb::ask:
      return end == Verb::bounds;
    case Verb::fetch:
      return end == Verb::told;
    default:
      return end == Verb::done;
  }
}

}  // namespace

std::string_view name_of(Verb verb) { return verb_names[static_cast<std::size_t>(verb)]; }
bool begins(Verb verb) { return verb >= Verb::send && verb <= Verb::fetch; }
bool completes(Verb verb) { return verb >= Verb::acked && verb <= Verb::told; }

// What is left of a line, and where it stands.
struct History::Line {
  std::string_view rest;
  const std::string& label;
  std::uint32_t number;

  std::string_view word() {
    const std::size_t space = rest.find(' ');
    const std::string_view found = rest.substr(0, space);
    rest = space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
    return found;
  }
  std::unexpected<Error> wrong(std::string_view what) const {
    return fail(Errc::corrupt, fmt::format("{}:{}: {}", label, number, what));
  }
  template <class T>
  Result<> number_into(T& into, T least, std::string_view what) {
    const std::string_view text = word();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    if (error != std::errc{} || end != text.data() + text.size() || into < least) {
      return wrong(fmt::format("\"{}\" is no {}", text, what));
    }
    return {};
  }
  Result<> named(std::string_view& into, std::string_view what) {
    into = word();
    if (into.empty()) return wrong(fmt::format("{} is missing", what));
    return {};
  }
};

History::History() { names_.emplace_back("~"), ids_.emplace(names_.back(), null_name); }

NameId History::name(std::string_view word) {
  if (const auto known = ids_.find(word); known != ids_.end()) return known->second;
  names_.emplace_back(word);
  const auto id = static_cast<NameId>(names_.size() - 1);
  ids_.emplace(names_.back(), id);
  return id;
}

TopicIndex History::topic(std::string_view word) {
  const auto [at, is_new] =
      topic_ids_.try_emplace(name(word), static_cast<TopicIndex>(topics.size()));
  if (is_new) {
    const std::size_t mark = word.find('@');
    Topic made;
    made.name = name(word.substr(0, mark));
    if (mark != std::string_view::npos) made.incarnation = name(word.substr(mark + 1));
    topics.push_back(made);
  }
  return at->second;
}

LogIndex History::log(TopicIndex topic, std::int32_t partition) {
  const std::uint64_t key =
      static_cast<std::uint64_t>(topic) << 32 | static_cast<std::uint32_t>(partition);
  const auto [at, is_new] = log_ids_.try_emplace(key, static_cast<LogIndex>(logs.size()));
  if (is_new) logs.push_back({topic, partition});
  return at->second;
}

std::string History::describe(LogIndex log) const {
  const Topic& topic = topics[logs[log].topic];
  std::string text(text_of(topic.name));
  if (topic.incarnation != null_name)
    fmt::format_to(std::back_inserter(text), "@{}", text_of(topic.incarnation));
  return fmt::format("{}-{}", text, logs[log].partition);
}

std::string History::where(const Event& event) const {
  return fmt::format("{}:{}", files[event.file], event.line);
}

Result<> History::parse_topic(Line& line, Event& into) {
  std::string_view word;
  TRY(line.named(word, "the topic"));
  into.topic = topic(word);
  Topic& declared = topics[into.topic];
  while (!line.rest.empty()) {
    word = line.word();
    std::int64_t* const time = word.starts_with("retention=")    ? &declared.retention_ns
                               : word.starts_with("tombstones=") ? &declared.tombstones_ns
                                                                 : nullptr;
    if (time != nullptr) {
      Line value{word.substr(word.find('=') + 1), line.label, line.number};
      TRY(value.number_into<std::int64_t>(*time, 0, "time in milliseconds"));
      *time *= 1'000'000;
    } else if (word == "compact") {
      declared.is_compacted = true;
    } else if (word == "delete") {
      declared.deletes = true;
    } else if (word == "holes") {
      declared.has_holes = true;
    } else {
      return line.wrong(fmt::format("\"{}\" says nothing of a topic", word));
    }
  }
  return {};
}

Result<> History::parse_group_rest(Line& line, Event& into) {
  if (into.verb != Verb::fetch) {
    TRY(line.number_into<std::int64_t>(into.generation, -1, "generation"));
  }
  return {};
}

Result<> History::parse_rest(Line& line, Event& into) {
  const Verb verb = into.verb;
  std::string_view word;
  if (begins(verb) || completes(verb)) {
    TRY(line.number_into<std::uint64_t>(into.op, 0, "operation's number"));
  }
  const bool of_group = verb == Verb::assigned || verb == Verb::revoked || verb == Verb::lost ||
                        verb == Verb::commit || verb == Verb::fetch;
  if (of_group || verb == Verb::member) {
    TRY(line.named(word, "the group"));
    into.group = name(word);
  }
  if (of_group) TRY(parse_group_rest(line, into));
  const bool of_topic = verb == Verb::create || verb == Verb::remove;
  const bool of_log = of_group || verb == Verb::send || verb == Verb::audit || verb == Verb::ask ||
                      verb == Verb::trim || verb == Verb::read || verb == Verb::seek;
  if (of_log || of_topic) {
    TRY(line.named(word, "the topic"));
    into.topic = topic(word);
  }
  if (of_log) {
    std::int32_t partition = 0;
    TRY(line.number_into<std::int32_t>(partition, 0, "partition"));
    into.log = log(into.topic, partition);
  }
  if (verb == Verb::acked || verb == Verb::trim || verb == Verb::read || verb == Verb::seek ||
      verb == Verb::commit || verb == Verb::told || verb == Verb::bounds || verb == Verb::audited) {
    TRY(line.number_into<std::int64_t>(into.offset, -1, "offset"));
  }
  if (verb == Verb::bounds || verb == Verb::audited) {
    TRY(line.number_into<std::int64_t>(into.end, -1, "offset"));
  }
  if (verb == Verb::send || verb == Verb::read) {
    TRY(line.named(word, "the key"));
    into.key = name(word);
    TRY(line.named(word, "the value"));
    into.value = name(word);
  }
  return {};
}

Result<> History::parse(Line& line, Event& into) {
  TRY(line.number_into<std::int64_t>(into.time, 0, "time"));
  std::string_view word;
  TRY(line.named(word, "the process"));
  into.process = name(word);
  word = line.word();
  const auto verb = std::ranges::find(verb_names, word);
  if (verb == verb_names.end())
    return line.wrong(fmt::format("\"{}\" is nothing that happens", word));
  into.verb = static_cast<Verb>(verb - verb_names.begin());
  if (into.verb == Verb::topic) return parse_topic(line, into);
  if (into.verb == Verb::producer) {
    word = line.word();
    if (word != "0" && word != "1" && word != "all") return line.wrong("acks are 0, 1 or all");
    into.acks = word == "all" ? Acks::all : word == "1" ? Acks::one : Acks::none;
    if (!line.rest.empty()) {
      if (line.word() != "idempotent") return line.wrong("a producer is idempotent or not");
      into.is_idempotent = true;
    }
  }
  TRY(parse_rest(line, into));
  // A reason may follow.
  const bool has_reason = into.verb == Verb::refused || into.verb == Verb::unknown ||
                          into.verb == Verb::killed || into.verb == Verb::started;
  if (!line.rest.empty() && !has_reason) return line.wrong("more words than expected");
  return {};
}

Result<> History::add(std::string label, std::string_view text) {
  files.push_back(std::move(label));
  std::uint32_t number = 0;
  std::int64_t last = 0;
  for (std::size_t end = 0; (end = text.find('\n')) != std::string_view::npos;
       text.remove_prefix(end + 1)) {
    Line line{text.substr(0, end), files.back(), ++number};
    if (number == 1) {
      if (line.rest != first_line) return line.wrong("is no history");
      continue;
    }
    Event event;
    event.file = static_cast<std::uint32_t>(files.size() - 1);
    event.line = number;
    TRY(parse(line, event));
    if (event.time < last) return line.wrong("time goes back");
    last = event.time;
    events.push_back(event);
  }
  ends_.push_back(events.size());
  return {};
}

Result<> History::finish(std::int64_t until) {
  // Each file is in order: merging them one by one keeps an equal time's order of files.
  std::size_t begin = 0;
  std::vector<std::pair<std::size_t, std::size_t>> runs;
  for (const std::size_t end : ends_) {
    runs.emplace_back(begin, end);
    begin = end;
  }
  const auto at = [this](std::size_t n) { return events.begin() + static_cast<std::ptrdiff_t>(n); };
  while (runs.size() > 1) {
    std::vector<std::pair<std::size_t, std::size_t>> fewer;
    std::vector<Event> ordered;
    ordered.reserve(events.size());
    for (std::size_t i = 0; i < runs.size(); i += 2) {
      const auto [first, second] = std::pair(
          runs[i], i + 1 < runs.size() ? runs[i + 1] : std::pair(runs[i].second, runs[i].second));
      std::merge(at(first.first), at(first.second), at(second.first), at(second.second),
                 std::back_inserter(ordered),
                 [](const Event& a, const Event& b) { return a.time < b.time; });
      fewer.emplace_back(first.first, second.second);
    }
    events = std::move(ordered);
    runs = std::move(fewer);
  }
  while (!events.empty() && events.back().time > until) events.pop_back();
  return join();
}

Result<> History::join() {
  std::unordered_map<std::uint64_t, EventIndex> open;
  open.reserve(events.size() / 2);
  for (EventIndex i = 0; i < events.size(); ++i) {
    Event& event = events[i];
    event.partner = no_index;
    if (!begins(event.verb) && !completes(event.verb)) continue;
    if (event.op > 0xffffffff) return fail(Errc::corrupt, where(event) + ": too large a number");
    const std::uint64_t key = static_cast<std::uint64_t>(event.process) << 32 | event.op;
    if (begins(event.verb)) {
      if (!open.try_emplace(key, i).second) {
        return fail(Errc::corrupt, where(event) + ": the number was used before");
      }
      continue;
    }
    const auto begun = open.find(key);
    if (begun == open.end() || !fits(events[begun->second].verb, event.verb)) {
      return fail(Errc::corrupt, where(event) + ": ends what was not begun");
    }
    Event& begin = events[begun->second];
    event.log = begin.log;
    event.topic = begin.topic;
    event.group = begin.group;
    event.generation = begin.generation;
    event.partner = begun->second;
    if (begin.verb == Verb::commit) event.offset = begin.offset;
    // A second end is kept as an anomaly of the client; the first one counts.
    if (begin.partner == no_index) begin.partner = i;
  }
  return {};
}

}  // namespace weir::sim::checker
