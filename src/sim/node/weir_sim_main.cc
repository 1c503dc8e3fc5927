// weir_sim: a whole node with its clients in one thread, from a seed that decides what is done and
// what goes wrong; the same seed is the same run. Exits with 1 when a promise was broken, 2 when
// called wrongly.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mark.h"
#include "sim/node/campaign.h"
#include "sim/node/canaries.h"
#include "sim/node/failure.h"
#include "sim/node/swarm.h"

namespace {

using namespace weir;

constexpr std::string_view usage =
    "usage: weir_sim [--seed S] [--seeds N | --hours H] [--shards K] [--twice] [--log] [--quiet]\n"
    "       weir_sim [--seed S] [--shards K] [--log] --history >FILE\n"
    "       weir_sim --seed S --only-strikes N,N,...|none [--canary NAME] [--log] [--history "
    ">FILE]\n"
    "       weir_sim --canaries [--only NAME] [--seed S] [--seeds N] [--starts K]\n"
    "\n"
    "  --seed S     the first seed (default 1)\n"
    "  --seeds N    so many seeds, one after the other (default 10)\n"
    "  --hours H    instead, until H hours count (campaign.h says what counts)\n"
    "  --shards K   shards of the node (default: as the seed says)\n"
    "  --twice      run each seed again: the trace must be the same\n"
    "  --log        print what the node logs\n"
    "  --quiet      say only what was broken, and the sums\n"
    "  --marks      fail when a rare path (base/mark.h) was not walked that each campaign must "
    "walk\n"
    "  --history    one seed; its history goes to standard output (docs/formats/history.md;\n"
    "               weir_check reads it), everything else to standard error\n"
    "  --only-strikes N,...  one seed, of whose strikes only these hit (0 is the first)\n"
    "  --canary NAME         ... with this bug put back; needs the preset `canary`\n"
    "  --canaries   put back one bug after the other and count seeds (at most 2000, or N)\n"
    "               until it is found, from K starts (default 5); needs the preset `canary`\n"
    "  --only NAME  only this one of them\n";

struct Arguments {
  std::uint64_t seed = 1;
  std::uint64_t seeds = 10;
  std::uint64_t hours = 0;
  std::uint64_t shards = 0;
  bool twice = false;
  bool log = false;
  bool quiet = false;
  bool marks = false;
  bool canaries = false;
  std::string_view only;
  std::string_view canary;
  std::optional<sim::StrikeNumbers> only_strikes;
  bool history = false;
  std::uint64_t starts = 5;
};

bool parse_number(std::string_view text, std::uint64_t& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size();
}

bool parse_strikes(std::string_view text, Arguments& into) {
  sim::StrikeNumbers& numbers = into.only_strikes.emplace();
  into.seeds = 1;
  while (text != "none" && !text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::uint64_t number = 0;
    if (!parse_number(text.substr(0, comma), number)) return false;
    numbers.push_back(number);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return true;
}

// One that stands by itself.
bool parse_word(std::string_view name, Arguments& into) {
  if (name == "--canaries") into.seeds = 2'000;
  bool* const value = name == "--canaries"  ? &into.canaries
                      : name == "--history" ? &into.history
                      : name == "--log"     ? &into.log
                      : name == "--twice"   ? &into.twice
                      : name == "--quiet"   ? &into.quiet
                      : name == "--marks"   ? &into.marks
                                            : nullptr;
  if (value) *value = true;
  return value != nullptr;
}

bool parse_value(std::string_view name, std::string_view text, Arguments& into) {
  if (name == "--only-strikes") return parse_strikes(text, into);
  if (name == "--only" || name == "--canary") {
    (name == "--only" ? into.only : into.canary) = text;
    return sim::canary_of(text).has_value();
  }
  std::uint64_t* const value = name == "--seed"     ? &into.seed
                               : name == "--seeds"  ? &into.seeds
                               : name == "--hours"  ? &into.hours
                               : name == "--shards" ? &into.shards
                               : name == "--starts" ? &into.starts
                                                    : nullptr;
  return value && parse_number(text, *value);
}

bool parse(int count, char** words, Arguments& into) {
  for (int i = 1; i < count; ++i) {
    if (parse_word(words[i], into)) continue;
    if (i + 1 == count || !parse_value(words[i], words[i + 1], into)) return false;
    ++i;
  }
  return into.shards <= 64;
}

// For what is said of the runs.
std::FILE* out(const Arguments& arguments) { return arguments.history ? stderr : stdout; }

void print_violations(std::FILE* to, const std::vector<std::string>& violations) {
  constexpr std::size_t shown_max = 12;
  for (std::size_t i = 0; i < std::min(violations.size(), shown_max); ++i) {
    fmt::print(to, "  {}\n", violations[i]);
  }
  if (violations.size() > shown_max) {
    fmt::print(to, "  and {} more\n", violations.size() - shown_max);
  }
}

// How to run it again, whole and with no more than it needs.
void print_replays(const sim::WorkloadSettings& settings, const sim::WorkloadReport& report,
                   const Arguments& arguments) {
  std::FILE* const to = out(arguments);
  std::string as_it_was;
  if (!arguments.canary.empty()) as_it_was = fmt::format(" --canary {}", arguments.canary);
  if (arguments.shards != 0) as_it_was += fmt::format(" --shards {}", arguments.shards);
  fmt::print(to, "  again: ./dev sim --seeds 1 --seed {}{} --log --history FILE\n", settings.seed,
             as_it_was);
  if (arguments.only_strikes) return;
  const sim::Shrunk shrunk = sim::shrink_strikes(settings, sim::kind_of(report.violations.front()));
  fmt::print(to, "  of {} strikes {} ({}), {} replays: {}\n", settings.strikes.size(),
             shrunk.is_smallest ? "these are needed" : "these are enough", shrunk.kept.size(),
             shrunk.replays, sim::describe(settings, shrunk.kept));
  fmt::print(to, "  again: ./dev sim {}{} --log --history FILE\n",
             sim::words_to_replay(settings, shrunk.kept), as_it_was);
}

void run_seed(std::uint64_t seed, const Arguments& arguments, sim::Campaign& sums) {
  sim::WorkloadSettings settings = sim::swarm_settings(seed);
  if (arguments.shards != 0) settings.shards = static_cast<env::ShardId>(arguments.shards);
  settings.print_log = arguments.log;
  settings.only_strikes = arguments.only_strikes;
  sim::WorkloadReport report = sim::run_workload(settings);
  sums.take_marks();
  if (arguments.twice) {
    const std::uint64_t again = sim::run_workload(settings).trace_hash;
    if (again != report.trace_hash) {
      report.violations.push_back(fmt::format("a second run has trace {:016x}", again));
    }
  }
  const bool good = report.violations.empty();
  if (arguments.history) fmt::print("{}", report.history);
  sums.add(report);
  if (good && arguments.quiet) return;
  fmt::print(out(arguments),
             "seed {} trace {:016x}: {} events, {} acknowledged, {} consumed, {} connections lost, "
             "{} generations, {}: {}\n",
             seed, report.trace_hash, report.events, report.acknowledged, report.consumed,
             report.connections_lost, report.rebalances, good ? "ok" : "BROKEN",
             describe(settings));
  print_violations(out(arguments), report.violations);
  if (!good) print_replays(settings, report, arguments);
}

void print_sums(const Arguments& arguments, const sim::Campaign& sums) {
  fmt::print(out(arguments),
             "{} seeds, {} broken; {} records acknowledged, {} consumed, {} compacted away, {} "
             "deleted by retention, {} steps of "
             "topics; {} that were not flushed; {} lines of history\n",
             sums.seeds, sums.broken, sums.acknowledged, sums.consumed, sums.compacted, sums.faded,
             sums.churned, sums.forgiven, sums.history_lines);
  fmt::print(
      out(arguments),
      "{:.2f} hours simulated, {:.2f} count (held back by: {}); {} crashes; everybody got on "
      "within {:.1f} s\n",
      std::chrono::duration<double>(sums.under_load).count() / 3'600, sums.hours(),
      sums.limited_by(), sums.crashes(),
      std::chrono::duration<double>(sums.slowest_recovery).count());
  fmt::print(out(arguments), "fired:\n");
  for (std::size_t i = 0; i < sim::fault_count; ++i) {
    const auto fault = static_cast<sim::Fault>(i);
    fmt::print(out(arguments), "  {:8} {}\n", sums.faults.of(fault), name_of(fault));
  }
}

// Which rare paths the seeds walked. False: not all that they must.
bool print_marks(std::FILE* to, const sim::Campaign& sums, bool must_have_all) {
  std::size_t count = 0;
  std::string missing, rare;
  fmt::print(to, "marks, and the seeds that reached each:\n");
  for (const MarkInfo& info : all_marks()) {
    const std::uint64_t seeds = sums.seeds_at_mark[static_cast<std::size_t>(info.mark)];
    fmt::print(to, "  {:8} {}\n", seeds, info.name);
    if (seeds > 0) ++count;
    if (seeds == 0) (info.is_expected ? missing : rare) += fmt::format(" {}", info.name);
  }
  fmt::print(to, "{} of {} marks reached; not:{}\n", count, mark_count,
             missing.empty() && rare.empty() ? " none" : missing + rare);
  if (!missing.empty() && must_have_all) {
    fmt::print(to, "  each campaign of a thousand seeds must reach:{}\n", missing);
  }
  return missing.empty() || !must_have_all;
}

// How few strikes show it.
std::string smallest_find(Canary canary, const sim::Find& find) {
  const sim::WorkloadSettings settings = sim::swarm_settings(find.seed);
  sim::put_back(canary);
  const sim::Shrunk shrunk = sim::shrink_strikes(settings, sim::kind_of(find.what));
  sim::put_back(Canary::none);
  return fmt::format("{} strikes, needed {} ({}): ./dev sim --canary {} {}",
                     settings.strikes.size(), shrunk.kept.size(),
                     sim::describe(settings, shrunk.kept), sim::name_of(canary),
                     sim::words_to_replay(settings, shrunk.kept));
}

// From several starts, far from each other.
bool find_canary(Canary canary, const Arguments& arguments) {
  constexpr std::uint64_t stride = 100'000;
  std::vector<std::uint64_t> seeds;
  std::string first, what, smallest;
  bool is_found = true;
  for (std::uint64_t start = 0; start < arguments.starts; ++start) {
    const sim::Find find = sim::hunt(canary, arguments.seed + start * stride, arguments.seeds);
    is_found = is_found && find.seeds > 0;
    seeds.push_back(find.seeds == 0 ? arguments.seeds + 1 : find.seeds);
    first += fmt::format(" {:>5}", find.seeds == 0 ? "-" : fmt::format("{}", find.seeds));
    if (what.empty() && find.seeds > 0) {
      what = find.what;
      smallest = smallest_find(canary, find);
    }
  }
  std::ranges::sort(seeds);
  fmt::print("{:<26} {:>6}  {}   {}\n", sim::name_of(canary), seeds[seeds.size() / 2], first,
             is_found ? what : "NOT FOUND");
  if (!smallest.empty()) fmt::print("{:<26} {}\n", "", smallest);
  std::fflush(stdout);
  return is_found;
}

int without_canaries() {
  fmt::print(stderr, "this program has no canaries: build the preset `canary`\n");
  return 2;
}

int hunt_canaries(const Arguments& arguments) {
  if (!sim::has_canaries() || arguments.starts == 0) return without_canaries();
  fmt::print("{:<26} median   seeds until found, from {} starts\n", "canary", arguments.starts);
  bool all = true;
  for (const Canary canary : sim::all_canaries()) {
    if (!arguments.only.empty() && sim::name_of(canary) != arguments.only) continue;
    all = find_canary(canary, arguments) && all;
  }
  return all ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments;
  if (!parse(count, words, arguments)) {
    fmt::print(stderr, "{}", usage);
    return 2;
  }
  if (arguments.canaries) return hunt_canaries(arguments);
  if (!arguments.canary.empty()) {
    if (!sim::has_canaries()) return without_canaries();
    sim::put_back(*sim::canary_of(arguments.canary));
  }
  if (arguments.history) arguments.seeds = 1;
  fmt::print(out(arguments), "one node and its clients, seeds from {}, {}\n", arguments.seed,
             arguments.twice ? "each seed twice" : "each seed once");
  sim::Campaign sums;
  const auto goes_on = [&](std::uint64_t done) {
    return arguments.hours == 0 ? done < arguments.seeds
                                : sums.hours() < static_cast<double>(arguments.hours);
  };
  for (std::uint64_t i = 0; goes_on(i); ++i) {
    run_seed(arguments.seed + i, arguments, sums);
  }
  print_sums(arguments, sums);
  const bool has_marks = print_marks(out(arguments), sums, arguments.marks);
  return sums.broken == 0 && has_marks ? 0 : 1;
}
