#include "app/cli/log_files/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace weir::app {

void Findings::problem(const std::string& path, Place place, std::string_view what) {
  ++seen_;
  if (!counts(path)) return;
  const std::size_t before = of_file_[path]++;
  if (before < problems_max) {
    problems_.push_back({path, place, std::string(what)});
  } else if (before == problems_max) {
    problems_.push_back({path, {}, fmt::format("more than {} problems", problems_max)});
  }
}

void Findings::verified(const std::string& path) {
  if (counts(path)) ++files_;
}

std::vector<Problem> Findings::take_sorted() {
  std::ranges::sort(problems_);
  return std::exchange(problems_, {});
}

std::string shown(const Problem& problem) {
  std::string place;
  if (problem.place.position) place += fmt::format("at {}", *problem.place.position);
  if (problem.place.offset) {
    place += fmt::format("{}offset {}", place.empty() ? "" : ", ", *problem.place.offset);
  }
  return fmt::format("{}: {}{}{}", problem.path, place, place.empty() ? "" : ": ", problem.what);
}

std::string_view advice_for(FileKind kind) {
  switch (kind) {
    case FileKind::segment:
      return "what was synced is never cut: stop the node and put a good copy of this file in its "
             "place, from a backup or a replica; where it was not (above the recovery point), the "
             "next start cuts the log there by itself";
    case FileKind::offset_index:
    case FileKind::time_index:
      return "stop the node and remove this file: the next start makes it again from the log";
    case FileKind::transaction_index:
      return "stop the node and make this file one byte long (truncate -s 1): the next start takes "
             "it for damaged and makes it again from the log; without the file, aborted "
             "transactions would be read as committed";
    case FileKind::producer_snapshot:
      return "stop the node and remove this file: the next start goes over the batches instead";
    case FileKind::metadata_snapshot:
      return "a node does not start with it: stop it and put a good copy in its place, from a "
             "backup or another controller";
    case FileKind::epoch_checkpoint:
      return "stop the node and remove this file: the next start takes the epochs from the batches";
    case FileKind::offset_checkpoint:
      return "where a log has lost its end, put that back first; otherwise stop the node and "
             "remove "
             "this file: the next start goes without and checks whole logs (without "
             "log-start-offset-checkpoint, records that were deleted by offset may come back)";
    case FileKind::partition_metadata:
      return "stop the node and remove this file: the next start writes it again";
    case FileKind::meta_properties:
      return "a node does not start with it: write it again with this node's cluster.id, node.id "
             "and directory.id, from a backup or the node's earlier log lines";
    case FileKind::quorum_state:
      return "a node does not start with it: put a copy from a backup in its place; remove it only "
             "where this node is the only controller, for it may vote twice without";
    case FileKind::clean_shutdown:
    case FileKind::lifetime:
      return "remove this file: the next start checks what was not known durable";
  }
  return "";
}

}  // namespace weir::app
