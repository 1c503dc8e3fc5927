#include "app/cli/log_files/verify_partition.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "app/cli/log_files/verify_segment.h"
#include "app/cli/log_files/verify_small.h"
#include "base/check.h"
#include "log/format/checkpoint_file.h"
#include "log/format/file_names.h"

namespace weir::app {
namespace {

bool is_of_segment(FileKind kind) {
  return kind == FileKind::segment || kind == FileKind::offset_index ||
         kind == FileKind::time_index || kind == FileKind::transaction_index;
}

void add(SegmentFiles& segment, const LogFile& file) {
  segment.base_offset = file.base_offset;
  segment.records = file.records;
  switch (file.kind) {
    case FileKind::segment:
      segment.log = file.path;
      break;
    case FileKind::offset_index:
      segment.offset_index = file.path;
      break;
    case FileKind::time_index:
      segment.time_index = file.path;
      break;
    default:
      segment.transaction_index = file.path;
  }
}

constexpr std::string_view no_log = "there is no log of this name beside it";

// The log of an index, which has the same state (".swap").
std::string log_beside(const LogFile& file) {
  const auto [folder, name] = split_path(file.path);
  const auto parsed = log::parse_segment_file_name(name);
  CHECK(parsed.has_value(), name);
  const std::string log =
      log::segment_file_name(parsed->base_offset, log::log_suffix, parsed->state);
  return file.path.substr(0, file.path.size() - name.size()) + log;
}

using Segments = std::map<Offset, SegmentFiles>;

// The files of one folder, which may be a partition's.
struct Folder {
  Segments segments;
  Segments swaps;
  std::vector<LogFile> others;
  std::vector<std::string> folders;
  std::optional<log::LeaderEpochs> epochs;
};

Result<Folder> list_folder(env::Disk& disk, const std::string& path) {
  TRY_ASSIGN(const auto entries, disk.list(path));
  Folder folder;
  for (const auto& entry : entries) {
    const std::string inner = inside(path, entry.name);
    if (entry.is_directory) {
      if (!entry.name.ends_with("-delete")) folder.folders.push_back(inner);
      continue;
    }
    const auto file = identify(inner);
    if (!file || file->is_leftover) continue;
    if (is_of_segment(file->kind)) {
      add((file->is_swap ? folder.swaps : folder.segments)[file->base_offset], *file);
    } else {
      folder.others.push_back(*file);
    }
  }
  return folder;
}

void read_epochs(env::Disk& disk, Folder& folder) {
  for (const LogFile& file : folder.others) {
    if (file.kind != FileKind::epoch_checkpoint) continue;
    const auto text = env::read_file(disk, file.path, checkpoint_size_max);
    const auto epochs = text ? log::parse_epoch_checkpoint(*text) : fail(Errc::io, "");
    if (epochs) folder.epochs.emplace(*epochs);
  }
}

void find_lone_indexes(Segments& segments, Findings& findings) {
  std::erase_if(segments, [&](const auto& named) {
    const SegmentFiles& segment = named.second;
    if (!segment.log.empty()) return false;
    for (const std::string* index :
         {&segment.offset_index, &segment.time_index, &segment.transaction_index}) {
      if (index->empty()) continue;
      findings.verified(*index);
      findings.problem(*index, {}, no_log);
    }
    return true;
  });
}

// Whether compaction has been at the partition: its cleaner checkpoint is in the data directory.
bool is_known_to_cleaner(env::Disk& disk, const std::string& folder) {
  const auto [parent, name] = split_path(folder);
  const auto text =
      env::read_file(disk, inside(parent, "cleaner-offset-checkpoint"), checkpoint_size_max);
  const auto offsets = text ? log::parse_offset_checkpoint(*text) : fail(Errc::io, "");
  if (!offsets) return false;
  return std::ranges::any_of(*offsets, [&](const auto& at) {
    return fmt::format("{}-{}", at.first.topic, at.first.partition) == name;
  });
}

// Where the partition's log ends; nothing when the folder holds no segment.
std::optional<Offset> verify_segments(env::Disk& disk, const std::string& path, Folder& folder,
                                      Findings& findings) {
  const log::LeaderEpochs* epochs = folder.epochs ? &*folder.epochs : nullptr;
  find_lone_indexes(folder.segments, findings);
  SegmentSummary summary;
  std::optional<Offset> end;
  bool has_gaps = false;
  std::vector<std::pair<const SegmentFiles*, Offset>> after_gap;  // and where the one before ended
  for (auto at = folder.segments.begin(); at != folder.segments.end(); ++at) {
    SegmentFiles& segment = at->second;
    const auto next = std::next(at);
    segment.is_newest = next == folder.segments.end();
    if (!segment.is_newest) segment.next_base_offset = next->first;
    const bool joins = !end || !summary.is_whole || *end >= segment.base_offset;
    if (!joins) after_gap.emplace_back(&segment, *end);
    summary = verify_segment(disk, segment, epochs, summary, findings);
    has_gaps = has_gaps || summary.has_gaps;
    end = summary.end_offset;
  }
  // Compaction leaves gaps, and hardly only where a segment ends; deletion begins at the front.
  if (after_gap.empty() || has_gaps || is_known_to_cleaner(disk, path)) return end;
  for (const auto& [segment, ended] : after_gap) {
    findings.problem(segment->log, {0, segment->base_offset},
                     fmt::format("the segment before ends at offset {}: batches, or a segment, are "
                                 "missing in between",
                                 ended));
  }
  return end;
}

// What a crash within a compaction left: each is whole by itself, and the next start chooses.
void verify_swaps(env::Disk& disk, Folder& folder, Findings& findings) {
  const log::LeaderEpochs* epochs = folder.epochs ? &*folder.epochs : nullptr;
  for (const auto& [base_offset, segment] : folder.swaps) {
    if (!segment.log.empty()) verify_segment(disk, segment, epochs, {}, findings);
  }
}

}  // namespace

// The epochs are read before the segments: a batch may be of an epoch that began since, which the
// next look shows, and never the other way round.
Result<FolderLook> look_at_folder(env::Disk& disk, const std::string& path, Findings& findings) {
  TRY_ASSIGN(auto folder, list_folder(disk, path));
  for (const LogFile& file : folder.others) verify_small_file(disk, file, findings);
  read_epochs(disk, folder);
  FolderLook look;
  look.log_end = verify_segments(disk, path, folder, findings);
  verify_swaps(disk, folder, findings);
  look.folders = std::move(folder.folders);
  return look;
}

Result<> look_at_file(env::Disk& disk, const LogFile& file, Findings& findings) {
  if (!is_of_segment(file.kind)) {
    verify_small_file(disk, file, findings);
    return {};
  }
  TRY_ASSIGN(auto folder, list_folder(disk, split_path(file.path).folder));
  read_epochs(disk, folder);
  SegmentFiles segment;
  segment.log = log_beside(file);
  add(segment, file);
  segment.is_newest =
      folder.segments.empty() || folder.segments.rbegin()->first <= file.base_offset;
  TRY_ASSIGN(const bool has_log, disk.exists(segment.log));
  if (!has_log) {
    findings.verified(file.path);
    findings.problem(file.path, {}, no_log);
    return {};
  }
  verify_segment(disk, segment, folder.epochs ? &*folder.epochs : nullptr, {}, findings);
  return {};
}

}  // namespace weir::app
