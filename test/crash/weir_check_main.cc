// weir_check [--until NS] FILE...: holds a history, written by any number of processes, against
// what Weir promises (docs/formats/history.md), prints each anomaly with the lines that show it,
// and sums.
// --until leaves out what is later: files that still grow end at different times.
// Exits with 1 when there was an anomaly, 2 when a file is no history.

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>
#include <string_view>

#include "sim/checker/check.h"

namespace {

using namespace weir::sim::checker;

std::string line_of(const std::string& path, std::uint32_t number) {
  std::ifstream file(path);
  std::string line;
  for (std::uint32_t i = 0; i < number; ++i) std::getline(file, line);
  return line;
}

void print(const CheckReport& report, const History& history) {
  for (const Finding& finding : report.findings) {
    fmt::print("{}: {}\n", name_of(finding.anomaly), finding.what);
    for (const EventIndex index : finding.evidence) {
      const Event& event = history.events[index];
      fmt::print("    {}: {}\n", history.where(event),
                 line_of(history.files[event.file], event.line));
    }
  }
  for (std::size_t i = 0; i < anomaly_count; ++i) {
    if (report.counts[i] > findings_kept) {
      fmt::print("{}: {} in all\n", name_of(static_cast<Anomaly>(i)), report.counts[i]);
    }
  }
  const Figures& f = report.figures;
  fmt::print(
      "events={} sends={} acknowledged={} refused={} unknown={} doubled_by_plain={} reads={} "
      "audits={} commits={} start_moves={} cleaned={} kills={} kills_amid_sends={} "
      "kills_amid_commits={} anomalies={}\n",
      history.events.size(), f.sends, f.acknowledged, f.refused, f.unknown, f.doubled_by_plain,
      f.reads, f.audits, f.commits, f.start_moves, f.cleaned, f.kills, f.kills_amid_sends,
      f.kills_amid_commits, report.anomalies());
}

}  // namespace

int main(int count, char** words) {
  int first = 1;
  std::int64_t until = std::numeric_limits<std::int64_t>::max();
  if (count > 2 && std::string_view(words[1]) == "--until") {
    until = std::atoll(words[2]);
    first = 3;
  }
  if (first >= count) {
    fmt::print(stderr, "usage: weir_check [--until NS] FILE...\n");
    return 2;
  }
  History history;
  for (int i = first; i < count; ++i) {
    std::ifstream file(words[i], std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) {
      fmt::print(stderr, "{} cannot be read\n", words[i]);
      return 2;
    }
    if (const auto added = history.add(words[i], text.str()); !added) {
      fmt::print(stderr, "{}\n", added.error().what);
      return 2;
    }
  }
  if (const auto finished = history.finish(until); !finished) {
    fmt::print(stderr, "{}\n", finished.error().what);
    return 2;
  }
  const CheckReport report = check(history);
  print(report, history);
  return report.anomalies() == 0 ? 0 : 1;
}
