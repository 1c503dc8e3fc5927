// Good histories are not complained of; a thousand of each kind of damage are all found.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "base/random.h"
#include "base/sanitizer.h"
#include "sim/checker/check.h"
#include "sim/checker/facts.h"
#include "sim/checker/good_histories_test_support.h"

namespace weir::sim::checker {
namespace {

constexpr int mutations_of_each = 1000 / int{test_stride};

std::string told_of(const CheckReport& report) {
  std::string all;
  for (const Finding& finding : report.findings) {
    ((all += name_of(finding.anomaly)) += ": ") += finding.what + "\n";
  }
  return all;
}

// A history under damage. Each mutation says whether there was something to damage.
class Damage {
 public:
  Damage(History& history, Facts& facts, SeededRandom& chance)
      : h_(history), chance_(chance), whole_(history.events), facts_(&facts) {}
  ~Damage() { h_.events = whole_; }
  Damage(const Damage&) = delete;
  Damage& operator=(const Damage&) = delete;

  bool cause(Anomaly anomaly);

 private:
  using Index = std::optional<EventIndex>;
  Index pick(const std::function<bool(const Event&, EventIndex)>& suits) {
    std::vector<EventIndex> found;
    for (EventIndex i = 0; i < h_.events.size(); ++i) {
      if (suits(h_.events[i], i)) found.push_back(i);
    }
    if (found.empty()) return {};
    return found[chance_.below(found.size())];
  }
  Index pick(Verb verb) {
    return pick([verb](const Event& event, EventIndex) { return event.verb == verb; });
  }
  Event& at(EventIndex i) { return h_.events[i]; }
  bool is_of(const Event& event, std::string_view topic) const {
    return event.log != no_index && h_.text_of(h_.topics[h_.logs[event.log].topic].name) == topic;
  }
  void add_last(Event event) {
    event.time = h_.events.back().time + 1;
    h_.events.push_back(event);
  }
  void insert_behind(EventIndex index, Event event) {
    event.time = at(index).time;
    h_.events.insert(h_.events.begin() + index + 1, event);
  }
  void erase(EventIndex index) { h_.events.erase(h_.events.begin() + index); }
  void erase_reads(EventIndex from, EventIndex to, NameId key) {
    for (EventIndex i = to; i > from; --i) {
      if (at(i).verb == Verb::read && at(i).key == key && at(i).process == at(from).process)
        erase(i);
    }
  }
  Event read_event(LogIndex log, std::int64_t offset, NameId key, NameId value) {
    Event event;
    event.verb = Verb::read;
    event.process = h_.name("stranger");
    event.log = log;
    event.topic = h_.logs[log].topic;
    event.offset = offset;
    event.key = key;
    event.value = value;
    return event;
  }
  const Slot* slot(LogIndex log, std::int64_t offset) {
    return facts_->logs[log].slots.find(offset);
  }
  bool reads_value(const Event& event) const {
    return event.verb == Verb::read && event.value != null_name;
  }
  // An acknowledgement of the log that was there before.
  Index ack_before(LogIndex log, EventIndex before) {
    return pick([&](const Event& event, EventIndex i) {
      if (event.verb != Verb::acked || event.log != log || event.offset < 0) return false;
      return i < before && !facts_->sent_by(event, i).is_ambiguous;
    });
  }
  Index audited(std::string_view topic) {
    return pick([&](const Event& event, EventIndex) {
      return event.verb == Verb::audited && is_of(event, topic);
    });
  }

  bool identity(Anomaly anomaly);
  bool order(Anomaly anomaly);
  bool bounds(Anomaly anomaly);
  bool contents(Anomaly anomaly);
  bool compaction(Anomaly anomaly);
  bool owners(Anomaly anomaly);
  bool commits(Anomaly anomaly);

  History& h_;
  SeededRandom& chance_;
  std::vector<Event> whole_;
  Facts* facts_;  // of the whole
};

bool Damage::identity(Anomaly anomaly) {
  if (anomaly == Anomaly::told_twice) {
    const Index end = pick(Verb::acked);
    if (!end) return false;
    add_last(at(*end));
    return true;
  }
  if (anomaly == Anomaly::old_topic_visible) {
    const Index made = pick(Verb::create);
    const Index send = pick([&](const Event& event, EventIndex) {
      return event.verb == Verb::send && is_of(event, "came") && event.partner < *made &&
             at(event.partner).verb == Verb::acked;
    });
    if (!send) return false;
    add_last(read_event(h_.log(at(*made).topic, 0), 500, at(*send).key, at(*send).value));
    return true;
  }
  const Index read = pick([&](const Event& event, EventIndex) { return reads_value(event); });
  if (!read) return false;
  Sent& sent = *facts_->sent_of_value(at(*read).value);
  switch (anomaly) {
    case Anomaly::phantom:
      at(*read).value = h_.name("nobody's");
      return true;
    case Anomaly::misplaced: {
      const Index other = pick([&](const Event& event, EventIndex) {
        return event.verb == Verb::send &&
               facts_->topic_of(event.log).name != facts_->topic_of(at(*read).log).name;
      });
      if (other) at(*read).log = at(*other).log;
      return other.has_value();
    }
    case Anomaly::read_before_sent: {
      const Event early =
          read_event(at(*read).log, at(*read).offset, at(*read).key, at(*read).value);
      insert_behind(static_cast<EventIndex>(chance_.below(sent.begin)), early);
      return true;
    }
    case Anomaly::key_changed:
      at(*read).key = h_.name("another");
      return true;
    case Anomaly::refused_visible:
      if (sent.end == no_index) return false;
      at(sent.end).verb = Verb::refused;
      return true;
    case Anomaly::two_values: {
      const Index other = ack_before(at(*read).log, static_cast<EventIndex>(h_.events.size()));
      if (!other || at(*other).offset == at(*read).offset) return false;
      at(*other).offset = at(*read).offset;
      return true;
    }
    case Anomaly::duplicated:
      add_last(read_event(at(*read).log, at(*read).offset + 500, at(*read).key, at(*read).value));
      return sent.is_idempotent && !sent.is_ambiguous;
    default:  // wrong_offset
      if (!sent.is_idempotent || sent.acked_at < 0) return false;
      at(sent.end).offset += 500;
      return true;
  }
}

bool Damage::order(Anomaly anomaly) {
  if (anomaly == Anomaly::misordered) {
    const Index first = pick([&](const Event& event, EventIndex i) {
      if (event.verb != Verb::send) return false;
      const Sent& sent = facts_->sent_by(event, i);
      return sent.is_idempotent && !sent.is_ambiguous && sent.offset() >= 0;
    });
    if (!first) return false;
    const Sent& sent = facts_->sent_by(at(*first), *first);
    const EventIndex known = std::min(sent.end, sent.read);
    const Index second = pick([&](const Event& event, EventIndex i) {
      if (event.verb != Verb::send || event.process != at(*first).process ||
          event.log != at(*first).log)
        return false;
      const Sent& other = facts_->sent_by(event, i);
      return i > *first && i < known && other.offset() >= 0 && !other.is_ambiguous;
    });
    if (second) std::swap(at(*first), at(*second)), std::swap(at(*first).time, at(*second).time);
    return second.has_value();
  }
  if (anomaly == Anomaly::time_reversed) {
    const Index send = pick([&](const Event& event, EventIndex i) {
      if (event.verb != Verb::send) return false;
      const Sent& sent = facts_->sent_by(event, i);
      return sent.offset() >= 0 && !sent.is_ambiguous;
    });
    if (!send) return false;
    const Index before = ack_before(at(*send).log, *send);
    if (before) at(*before).offset += 500;
    return before.has_value();
  }
  const bool is_skip = anomaly == Anomaly::read_skipped;
  // A read with one of the same process before it, and after it, in one go.
  const Index read = pick([&](const Event& event, EventIndex i) {
    if (!reads_value(event) || i == 0 || i + 1 == h_.events.size()) return false;
    if (is_skip && (is_of(event, "keys") || is_of(event, "brief") || is_of(event, "cut")))
      return false;
    const Event &before = at(i - 1), &after = at(i + 1);
    const bool is_within = before.verb == Verb::read && before.process == event.process &&
                           after.verb == Verb::read && after.process == event.process;
    return !is_skip || (is_within && before.log == event.log && after.log == event.log);
  });
  if (!read) return false;
  if (!is_skip) {
    insert_behind(*read, at(*read));
    return true;
  }
  const Slot* const known = slot(at(*read).log, at(*read).offset);
  if (known->acked == no_index || at(known->acked).offset < 0) return false;
  erase(*read);
  return true;
}

bool Damage::bounds(Anomaly anomaly) {
  const std::string_view topic = anomaly == Anomaly::start_back        ? "brief"
                                 : anomaly == Anomaly::start_moved     ? "t"
                                 : anomaly == Anomaly::trimmed_visible ? "cut"
                                                                       : "";
  const Index told = pick([&](const Event& event, EventIndex) {
    return (event.verb == Verb::bounds || event.verb == Verb::audited) &&
           (topic.empty() || is_of(event, topic));
  });
  if (!told) return false;
  Event& event = at(*told);
  if (anomaly == Anomaly::start_moved) {
    event.offset = 1 + static_cast<std::int64_t>(chance_.below(5));
    return true;
  }
  if (anomaly == Anomaly::end_back) {
    const Index ack = ack_before(event.log, event.partner);
    if (ack) event.end = at(*ack).offset;
    return ack.has_value();
  }
  const Verb cause = anomaly == Anomaly::trimmed_visible ? Verb::trim : Verb::bounds;
  const Index before = pick([&](const Event& other, EventIndex i) {
    const EventIndex since = cause == Verb::trim ? other.partner : i;
    return (other.verb == cause || (cause == Verb::bounds && other.verb == Verb::audited)) &&
           other.log == event.log && since < event.partner && other.offset > 0;
  });
  if (before)
    event.offset =
        static_cast<std::int64_t>(chance_.below(static_cast<std::uint64_t>(at(*before).offset)));
  return before.has_value();
}

bool Damage::contents(Anomaly anomaly) {
  if (anomaly == Anomaly::deleted_early) {
    const Index end = audited("brief");
    if (!end) return false;
    const Index ack = pick([&](const Event& event, EventIndex i) {
      return event.verb == Verb::acked && event.log == at(*end).log && i < at(*end).partner &&
             event.offset >= 0 && at(*end).time - at(event.partner).time < 40'000'000;
    });
    if (ack) at(*end).offset = at(*ack).offset + 1;
    return ack.has_value();
  }
  const Index end = audited("t");
  if (!end) return false;
  const EventIndex begin = at(*end).partner;
  if (anomaly == Anomaly::hole && chance_.one_in(2)) {
    ++at(*end).end;
    return true;
  }
  const Index read = pick([&](const Event& event, EventIndex i) {
    if (event.verb != Verb::read || i < begin || i > *end || event.process != at(begin).process)
      return false;
    const Slot* const known = slot(event.log, event.offset);
    return anomaly == Anomaly::hole ? known->acked > begin && known->first_read < begin
                                    : known->acked < begin;
  });
  if (read) erase(*read);
  return read.has_value();
}

bool Damage::compaction(Anomaly anomaly) {
  const Index end = audited("keys");
  if (!end) return false;
  const LogIndex log = at(*end).log;
  const EventIndex begin = at(*end).partner;
  if (anomaly == Anomaly::reappeared) {
    // What an earlier audit did not find.
    CheckReport ignored;
    Facts facts(h_, ignored);
    check_audits(facts);
    Slot* missing = nullptr;
    std::int64_t offset = 0;
    facts.logs[log].slots.visit(0, at(*end).end, [&](std::int64_t o, Slot& each) {
      if (each.is_taken && each.missing < begin && (missing == nullptr || chance_.one_in(3)))
        missing = &each, offset = o;
    });
    if (missing == nullptr) return false;
    Event back = read_event(log, offset, missing->key, missing->value);
    back.process = at(begin).process;
    insert_behind(begin, back);
    return true;
  }
  // The newest of a key, acknowledged and not in doubt.
  const Index read = pick([&](const Event& event, EventIndex i) {
    if (event.verb != Verb::read || i < begin || i > *end || event.process != at(begin).process)
      return false;
    if ((event.value == null_name) != (anomaly == Anomaly::tombstone_early) &&
        anomaly != Anomaly::key_reverted)
      return false;
    for (EventIndex j = i + 1; j < *end; ++j) {
      if (at(j).verb == Verb::read && at(j).log == log && at(j).key == event.key &&
          at(j).offset > event.offset)
        return false;
    }
    for (EventIndex j = 0; j < *end; ++j) {
      const Event& send = at(j);
      if (send.verb != Verb::send || send.log != log || send.key != event.key) continue;
      const bool is_doubtful = send.partner > begin ||
                               (at(send.partner).verb == Verb::unknown && send.value == null_name);
      if (is_doubtful) return false;
    }
    return slot(log, event.offset)->acked < begin;
  });
  if (!read) return false;
  const Event newest = at(*read);
  if (anomaly != Anomaly::key_reverted) {
    erase_reads(begin, *end, newest.key);
    return true;
  }
  const Index older = pick([&](const Event& event, EventIndex) {
    return event.verb == Verb::acked && event.log == log && event.offset >= 0 &&
           event.offset < newest.offset && at(event.partner).key == newest.key;
  });
  if (!older) return false;
  Event old = read_event(log, at(*older).offset, newest.key, at(at(*older).partner).value);
  old.process = newest.process;
  erase_reads(begin, *end, newest.key);
  insert_behind(begin, old);
  return true;
}

bool Damage::owners(Anomaly anomaly) {
  const Index given = pick(Verb::assigned);
  Event other = at(*given);
  if (anomaly == Anomaly::two_owners) {
    other.process = h_.name("stranger");
    insert_behind(*given, other);
    return true;
  }
  if (anomaly == Anomaly::generation_back) {
    --other.generation;
    other.log = h_.log(h_.topic("t"), 7);
    insert_behind(*given, other);
    return true;
  }
  const Index commit = pick([&](const Event& event, EventIndex) {
    return event.verb == Verb::commit && at(event.partner).verb == Verb::done;
  });
  if (commit) --at(*commit).generation;
  return commit.has_value();
}

bool Damage::commits(Anomaly anomaly) {
  const auto is_done = [&](const Event& event) {
    return event.verb == Verb::commit && event.partner != no_index &&
           at(event.partner).verb == Verb::done;
  };
  if (anomaly == Anomaly::unprocessed) {
    const Index commit = pick([&](const Event& event, EventIndex) { return is_done(event); });
    if (!commit) return false;
    const auto is_processed = [&](const Event& event, EventIndex i) {
      return event.verb == Verb::read && event.log == at(*commit).log && i < *commit &&
             event.offset < at(*commit).offset &&
             (h_.text_of(event.process) == "g" || h_.text_of(event.process) == "h");
    };
    const Index read = pick([&](const Event& event, EventIndex i) {
      return is_processed(event, i) && slot(event.log, event.offset)->acked != no_index;
    });
    if (!read) return false;
    const std::int64_t offset = at(*read).offset;
    const LogIndex log = at(*read).log;
    for (EventIndex i = *commit; i-- > 0;) {
      if (is_processed(at(i), i) && at(i).offset == offset && at(i).log == log) erase(i);
    }
    return true;
  }
  const Index told = pick([&](const Event& event, EventIndex) { return event.verb == Verb::told; });
  if (!told) return false;
  Event& event = at(*told);
  const Index newest = pick([&](const Event& commit, EventIndex) {
    return is_done(commit) && commit.log == event.log && commit.partner < event.partner;
  });
  if (anomaly == Anomaly::committed_phantom) {
    event.offset = 100'000;
    return true;
  }
  if (!newest) return false;
  if (anomaly == Anomaly::committed_lost) {
    event.offset = -1;
    return true;
  }
  const Index older = pick([&](const Event& commit, EventIndex) {
    return is_done(commit) && commit.log == event.log && commit.partner < *newest &&
           commit.offset < at(*newest).offset;
  });
  if (older) event.offset = at(*older).offset;
  return older.has_value();
}

bool Damage::cause(Anomaly anomaly) {
  if (anomaly <= Anomaly::wrong_offset) return identity(anomaly);
  if (anomaly <= Anomaly::read_skipped) return order(anomaly);
  if (anomaly <= Anomaly::trimmed_visible) return bounds(anomaly);
  if (anomaly == Anomaly::reappeared) return compaction(anomaly);
  if (anomaly <= Anomaly::deleted_early) return contents(anomaly);
  if (anomaly <= Anomaly::tombstone_early) return compaction(anomaly);
  if (anomaly <= Anomaly::stale_commit) return owners(anomaly);
  return commits(anomaly);
}

void load(History& history, std::uint64_t seed) {
  ASSERT_TRUE(history.add("good", good_history(seed)));
  ASSERT_TRUE(history.finish());
}

TEST(Mutations, are_all_found_and_good_histories_are_not_complained_of) {
  std::array<int, anomaly_count> caused{}, missed{};
  SeededRandom chance(4);
  std::uint64_t seed = 0;
  while (std::ranges::min(caused) < mutations_of_each && seed < 20'000) {
    History history;
    load(history, ++seed);
    const CheckReport good = check(history);
    ASSERT_EQ(good.anomalies(), 0) << "seed " << seed << "\n" << told_of(good);
    CheckReport ignored;
    Facts facts(history, ignored);
    for (std::size_t i = 0; i < anomaly_count; ++i) {
      const auto anomaly = static_cast<Anomaly>(i);
      for (int turn = 0; turn < 8 && caused[i] < mutations_of_each; ++turn) {
        Damage damage(history, facts, chance);
        if (!damage.cause(anomaly)) continue;
        ASSERT_TRUE(history.join());
        ++caused[i];
        const CheckReport report = check(history);
        if (report.has(anomaly)) continue;
        ++missed[i];
        ADD_FAILURE() << name_of(anomaly) << " is not found, seed " << seed << "\n"
                      << told_of(report);
      }
    }
  }
  for (std::size_t i = 0; i < anomaly_count; ++i) {
    EXPECT_EQ(caused[i], mutations_of_each) << name_of(static_cast<Anomaly>(i));
    EXPECT_EQ(missed[i], 0) << name_of(static_cast<Anomaly>(i));
  }
}

}  // namespace
}  // namespace weir::sim::checker
