#include "app/cli/log_files/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "app/cli/log_files/verify_partition.h"
#include "app/cli/log_files/verify_small.h"
#include "log/format/checkpoint_file.h"

namespace weir::app {
namespace {

using LogEnds = std::map<std::string, Offset, std::less<>>;  // by the name of the folder

struct Checkpoint {
  std::string path;
  log::OffsetCheckpoint offsets;
};

// Those that cannot be read are left out: that is said where the files themselves are checked.
std::vector<Checkpoint> read_checkpoints(env::Disk& disk, const std::string& folder) {
  std::vector<Checkpoint> checkpoints;
  const auto entries = disk.list(folder);
  if (!entries) return checkpoints;
  for (const auto& entry : *entries) {
    const auto file = identify(inside(folder, entry.name));
    if (!file || file->kind != FileKind::offset_checkpoint) continue;
    const auto text = env::read_file(disk, file->path, checkpoint_size_max);
    if (!text) continue;
    if (auto offsets = log::parse_offset_checkpoint(*text)) {
      checkpoints.push_back({file->path, *std::move(offsets)});
    }
  }
  return checkpoints;
}

class Verification {
 public:
  Verification(env::Disk& disk, const VerifySettings& settings)
      : disk_(disk), settings_(settings) {}

  // Where the log of the folder ends, if it is a partition's.
  Result<std::optional<Offset>> folder(const std::string& path, int depth) {
    // What a checkpoint says was true when it was written, so the logs are looked at after it.
    const auto checkpoints = read_checkpoints(disk_, path);
    FolderLook seen;
    TRY(look([&](Findings& findings) -> Result<> {
      TRY_ASSIGN(seen, look_at_folder(disk_, path, findings));
      return {};
    }));
    LogEnds ends;  // of logs without a problem of their own
    for (const std::string& inner : seen.folders) {
      if (depth >= folder_depth_max) break;
      const std::size_t before = verified_.problems;
      const auto end = folder(inner, depth + 1);
      if (end && *end && verified_.problems == before) ends[split_path(inner).name] = **end;
      if (!end) report_lost_folder(inner, end.error());
    }
    for (const Checkpoint& checkpoint : checkpoints) compare(checkpoint, ends, path);
    return seen.log_end;
  }

  Result<> file(const LogFile& file) {
    return look([&](Findings& findings) -> Result<> {
      findings.only(file.path);
      return look_at_file(disk_, file, findings);
    });
  }

  const Verified& verified() const { return verified_; }

 private:
  // Reports what is wrong in every look.
  Result<> look(const std::function<Result<>(Findings&)>& once) {
    Findings first;
    TRY(once(first));
    std::size_t files = first.files();
    std::vector<Problem> problems = first.take_sorted();
    for (int looks = 1; looks < settings_.looks && !problems.empty(); ++looks) {
      settings_.wait();
      Findings again;
      TRY(once(again));
      files = again.files();
      const auto fresh = again.take_sorted();
      std::erase_if(problems, [&](const Problem& known) {
        return !std::ranges::binary_search(fresh, known);
      });
    }
    verified_.files += files;
    for (const Problem& problem : problems) report(problem);
    return {};
  }

  void report(const Problem& problem) {
    ++verified_.problems;
    settings_.report(problem);
  }

  void report_lost_folder(const std::string& path, const Error& error) {
    if (error.code == Errc::not_found) return;  // a topic that was deleted meanwhile
    report({path, {}, error.what});
  }

  // No checkpoint goes beyond the log's end.
  void compare(const Checkpoint& checkpoint, const LogEnds& ends, const std::string& folder) {
    for (const auto& [partition, offset] : checkpoint.offsets) {
      const auto end = ends.find(fmt::format("{}-{}", partition.topic, partition.partition));
      if (end == ends.end() || offset <= end->second) continue;
      if (!is_still_beyond(checkpoint.path, partition, inside(folder, end->first))) continue;
      report(
          {checkpoint.path,
           {},
           fmt::format("{}: offset {} is beyond the log's end, {}: records are missing there, or "
                       "this file is wrong",
                       end->first, offset, end->second)});
    }
  }

  // A log may have been cut, or deleted and made again, since the checkpoint was read.
  bool is_still_beyond(const std::string& path, const log::PartitionName& partition,
                       const std::string& folder) {
    if (settings_.looks == 1) return true;
    settings_.wait();
    for (const Checkpoint& fresh : read_checkpoints(disk_, split_path(path).folder)) {
      if (fresh.path != path) continue;
      const auto offset = fresh.offsets.find(partition);
      if (offset == fresh.offsets.end()) return false;
      Findings passed_over;
      const auto seen = look_at_folder(disk_, folder, passed_over);
      return seen && seen->log_end && offset->second > *seen->log_end;
    }
    return false;
  }

  env::Disk& disk_;
  const VerifySettings& settings_;
  Verified verified_;
};

}  // namespace

Result<Verified> verify_directory(env::Disk& disk, const std::string& path,
                                  const VerifySettings& settings) {
  Verification verification(disk, settings);
  TRY(verification.folder(path, 1));
  return verification.verified();
}

Result<Verified> verify_file(env::Disk& disk, const LogFile& file, const VerifySettings& settings) {
  TRY(disk.open(file.path, env::OpenMode::read));
  Verification verification(disk, settings);
  TRY(verification.file(file));
  return verification.verified();
}

}  // namespace weir::app
