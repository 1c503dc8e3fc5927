// weir_sim: a whole node with its clients in one thread, from a seed, with crashes; the same seed
// is the same run. Exits with 1 when a promise was broken, 2 when called wrongly.

#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <utility>

#include "sim/node/workload.h"

namespace {

using namespace weir;

constexpr std::string_view usage =
    "usage: weir_sim [--seed S] [--seeds N] [--shards K] [--twice] [--log]\n"
    "\n"
    "  --seed S     the first seed (default 1)\n"
    "  --seeds N    so many seeds, one after the other (default 10)\n"
    "  --shards K   shards of the node (default: 1 and 3 in turn)\n"
    "  --twice      run each seed again: the trace must be the same\n"
    "  --log        print what the node logs\n";

struct Arguments {
  std::uint64_t seed = 1;
  std::uint64_t seeds = 10;
  std::uint64_t shards = 0;
  bool twice = false;
  bool log = false;
};

bool parse(int count, char** words, Arguments& into) {
  for (int i = 1; i < count; ++i) {
    const std::string_view name(words[i]);
    if (name == "--log" || name == "--twice") {
      (name == "--log" ? into.log : into.twice) = true;
      continue;
    }
    std::uint64_t* const value = name == "--seed"     ? &into.seed
                                 : name == "--seeds"  ? &into.seeds
                                 : name == "--shards" ? &into.shards
                                                      : nullptr;
    if (!value || ++i == count) return false;
    const std::string_view text(words[i]);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
    if (error != std::errc{} || end != text.data() + text.size()) return false;
  }
  return into.shards <= 64;
}

bool run_seed(std::uint64_t seed, env::ShardId shards, const Arguments& arguments) {
  const sim::WorkloadSettings settings{
      .seed = seed,
      .shards = shards,
      .crashes = {sim::Crash::process, sim::Crash::power_keep_none, sim::Crash::power_keep_some},
      .print_log = arguments.log};
  sim::WorkloadReport report = sim::run_workload(settings);
  if (arguments.twice) {
    const std::uint64_t again = sim::run_workload(settings).trace_hash;
    if (again != report.trace_hash) {
      report.violations.push_back(fmt::format("a second run has trace {:016x}", again));
    }
  }
  fmt::print(
      "seed {} shards {} trace {:016x}: {} events, {} acknowledged, {} consumed, "
      "{} connections lost, {} generations, {}\n",
      seed, shards, report.trace_hash, report.events, report.acknowledged, report.consumed,
      report.connections_lost, report.rebalances, report.violations.empty() ? "ok" : "BROKEN");
  for (const auto& violation : report.violations) fmt::print("  {}\n", violation);
  return report.violations.empty();
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments;
  if (!parse(count, words, arguments)) {
    fmt::print(stderr, "{}", usage);
    return 2;
  }
  fmt::print("one node and its clients, {} seeds from {}, crashes of process and power, {}\n",
             arguments.seeds, arguments.seed,
             arguments.twice ? "each seed twice" : "each seed once");
  bool good = true;
  for (std::uint64_t i = 0; i < arguments.seeds; ++i) {
    const std::uint64_t shards = arguments.shards != 0 ? arguments.shards : i % 2 == 0 ? 1 : 3;
    good &= run_seed(arguments.seed + i, static_cast<env::ShardId>(shards), arguments);
  }
  return good ? 0 : 1;
}
