#include "log/log_directory.h"

#include <charconv>

#include "base/canary.h"
#include "base/mark.h"
#include "fmt/format.h"
#include "log/format/file_names.h"
#include "log/format/partition_metadata.h"

namespace weir::log {
namespace {

constexpr std::string_view meta_properties_name = "meta.properties";
constexpr std::string_view clean_shutdown_name = ".kafka_cleanshutdown";
constexpr std::string_view lifetime_name = ".weir_lifetime";
constexpr std::string_view recovery_point_name = "recovery-point-offset-checkpoint";
constexpr std::string_view log_start_name = "log-start-offset-checkpoint";
constexpr std::string_view high_watermark_name = "replication-offset-checkpoint";
constexpr std::string_view cleaner_name = "cleaner-offset-checkpoint";
constexpr std::string_view metadata_folder = "__cluster_metadata-0";
constexpr std::string_view deleted_folder_suffix = "-delete";
constexpr std::string_view stray_folder_suffix = "-stray";
constexpr std::size_t small_file_max = 64 << 10;
constexpr std::size_t checkpoint_max = 256 << 20;
constexpr std::size_t file_name_max = 255;

std::optional<PartitionName> parse_folder_name(std::string_view name) {
  for (const std::string_view special : {"-delete", "-future", "-stray"}) {
    if (name.ends_with(special)) return std::nullopt;
  }
  const auto dash = name.find_last_of('-');
  if (dash == std::string_view::npos || dash == 0 || name == metadata_folder) return std::nullopt;
  const auto number = name.substr(dash + 1);
  PartitionName parsed{std::string(name.substr(0, dash)), -1};
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), parsed.partition);
  if (error != std::errc() || end != number.data() + number.size() || parsed.partition < 0) {
    return std::nullopt;
  }
  return parsed;
}

// Makes the directory where it is missing, and the names on the way to it durable: without them a
// power loss takes everything that was synced in it. Names that were there before are synced too,
// because who made them may have been killed before it came to that; where this process may not
// open such a parent, whoever made it has to answer for it.
Result<> make_directory(env::Disk& disk, const std::string& path) {
  std::vector<std::string> parents;  // the nearest first
  std::size_t made = 0;              // of them, those that get a new name
  for (std::string at = path; at != "/" && at != "."; at = env::parent_of(at)) {
    TRY_ASSIGN(const bool existed, disk.exists(at));
    parents.push_back(env::parent_of(at));
    if (!existed) made = parents.size();
  }
  if (made > 0) TRY(disk.create_directories(path));
  for (std::size_t i = 0; i < parents.size(); ++i) {
    const Result<> synced = disk.sync_directory(parents[i]);
    if (!synced && i < made) return synced;
  }
  return {};
}

}  // namespace

LogDirectory::LogDirectory(env::Disk& disk, std::string path,
                           std::unique_ptr<env::DirectoryLock> lock)
    : disk_(disk), path_(std::move(path)), lock_(std::move(lock)) {}

LogDirectory::~LogDirectory() = default;

std::string LogDirectory::file_path(std::string_view name) const {
  return path_ + "/" + std::string(name);
}

Result<std::unique_ptr<LogDirectory>> LogDirectory::open(env::Disk& disk, std::string path) {
  TRY_ASSIGN(const bool is_formatted, disk.exists(path + "/" + std::string(meta_properties_name)));
  if (!is_formatted) TRY(make_directory(disk, path));
  auto lock = disk.lock(path);
  if (!lock) {
    if (lock.error().code == Errc::busy) {
      return fail(Errc::busy,
                  fmt::format("another process uses the data directory {}; stop it, or choose "
                              "another directory (--data)",
                              path));
    }
    return std::unexpected(lock.error());
  }
  return std::unique_ptr<LogDirectory>(new LogDirectory(disk, std::move(path), *std::move(lock)));
}

Result<std::optional<MetaProperties>> LogDirectory::read_meta_properties() {
  const auto text = env::read_file(disk_, file_path(meta_properties_name), small_file_max);
  if (!text) {
    if (text.error().code == Errc::not_found) return std::nullopt;
    return std::unexpected(text.error());
  }
  auto properties = parse_meta_properties(*text);
  if (!properties) {
    properties.error().what += " in " + path_;
    return std::unexpected(std::move(properties).error());
  }
  return *std::move(properties);
}

// What a format that a crash cut off leaves behind may be there, and what file systems and
// operators put everywhere.
Result<> LogDirectory::check_unformatted() {
  TRY_ASSIGN(const auto entries, disk_.list(path_));
  for (const auto& entry : entries) {
    if (entry.name.starts_with('.') || entry.name == "lost+found") continue;
    if (entry.name == metadata_folder || entry.name.starts_with(meta_properties_name)) continue;
    return fail(Errc::invalid,
                fmt::format("{} holds {} and no {}: it is no data directory; choose another one, "
                            "or an empty one (--data)",
                            path_, entry.name, meta_properties_name));
  }
  return {};
}

Result<> LogDirectory::write_meta_properties(const MetaProperties& properties) {
  return env::write_file_atomically(disk_, file_path(meta_properties_name),
                                    format_meta_properties(properties));
}

Result<std::optional<std::int64_t>> LogDirectory::take_clean_shutdown_marker() {
  const auto path = file_path(clean_shutdown_name);
  const auto text = env::read_file(disk_, path, small_file_max);
  if (!text) {
    if (text.error().code != Errc::not_found) return std::unexpected(text.error());
    // Folders that a killed process has made may not have durable names.
    TRY(disk_.sync_directory(path_));
    return std::nullopt;
  }
  if (!sings(Canary::clean_stop_forever)) TRY(disk_.remove(path));
  TRY(disk_.sync_directory(path_));
  // {"version":0,"brokerEpoch":42}; markers of before KIP-966 are empty.
  std::int64_t broker_epoch = -1;
  constexpr std::string_view key = "\"brokerEpoch\":";
  if (const auto at = text->find(key); at != std::string::npos) {
    const auto from = text->find_first_not_of(' ', at + key.size());
    if (from != std::string::npos) {
      std::from_chars(text->data() + from, text->data() + text->size(), broker_epoch);
    }
  }
  return broker_epoch;
}

std::string LogDirectory::lifetime_of(LeaderEpoch run) const {
  const std::string lifetime = disk_.lifetime(path_);
  return lifetime.empty() ? lifetime : fmt::format("{} {}", lifetime, run);
}

bool LogDirectory::is_as_left(LeaderEpoch run) {
  const std::string left = lifetime_of(run - 1);
  const auto found = env::read_file(disk_, file_path(lifetime_name), small_file_max);
  return found && !left.empty() && *found == left;
}

// The file needs no sync and may be torn: a lifetime that it does not name whole is not believed.
void LogDirectory::vouch_for(LeaderEpoch run) {
  const auto file = disk_.open(file_path(lifetime_name), env::OpenMode::create);
  if (file && (*file)->truncate(0)) (void)(*file)->write_at(0, as_bytes(lifetime_of(run)));
}

// Whoever works here after a clean stop need not know of lifetimes, so this one ends.
Result<> LogDirectory::write_clean_shutdown_marker(std::int64_t broker_epoch) {
  const auto ended = disk_.remove(file_path(lifetime_name));
  if (!ended && ended.error().code != Errc::not_found) return ended;
  return env::write_file_atomically(
      disk_, file_path(clean_shutdown_name),
      fmt::format("{{\"version\":0,\"brokerEpoch\":{}}}", broker_epoch));
}

OffsetCheckpoint LogDirectory::read_checkpoint(std::string_view name) {
  const auto text = env::read_file(disk_, file_path(name), checkpoint_max);
  if (!text) return {};
  auto checkpoint = parse_offset_checkpoint(*text);
  if (!checkpoint) reached(Mark::checkpoint_refused);
  return checkpoint ? *std::move(checkpoint) : OffsetCheckpoint{};
}

Result<> LogDirectory::write_checkpoint(std::string_view name, const OffsetCheckpoint& checkpoint) {
  return env::write_file_atomically(disk_, file_path(name), format_offset_checkpoint(checkpoint));
}

OffsetCheckpoint LogDirectory::read_recovery_points() {
  return read_checkpoint(recovery_point_name);
}
OffsetCheckpoint LogDirectory::read_log_start_offsets() { return read_checkpoint(log_start_name); }
OffsetCheckpoint LogDirectory::read_high_watermarks() {
  return read_checkpoint(high_watermark_name);
}
OffsetCheckpoint LogDirectory::read_cleaner_offsets() { return read_checkpoint(cleaner_name); }

Result<> LogDirectory::write_recovery_points(const OffsetCheckpoint& checkpoint) {
  return write_checkpoint(recovery_point_name, checkpoint);
}
Result<> LogDirectory::write_log_start_offsets(const OffsetCheckpoint& checkpoint) {
  return write_checkpoint(log_start_name, checkpoint);
}
Result<> LogDirectory::write_high_watermarks(const OffsetCheckpoint& checkpoint) {
  return write_checkpoint(high_watermark_name, checkpoint);
}
Result<> LogDirectory::write_cleaner_offsets(const OffsetCheckpoint& checkpoint) {
  return write_checkpoint(cleaner_name, checkpoint);
}

std::string LogDirectory::partition_path(const PartitionName& name) const {
  return fmt::format("{}/{}-{}", path_, name.topic, name.partition);
}

Result<std::vector<LogDirectory::Found>> LogDirectory::partitions() {
  TRY_ASSIGN(const auto entries, disk_.list(path_));
  std::vector<Found> found;
  for (const auto& entry : entries) {
    if (!entry.is_directory) continue;
    auto name = parse_folder_name(entry.name);
    if (!name) continue;
    found.push_back({.name = *std::move(name), .directory = path_ + "/" + entry.name});
  }
  return found;
}

Result<std::optional<Uuid>> LogDirectory::topic_id_of(const std::string& directory) {
  const auto text =
      env::read_file(disk_, directory + "/" + std::string(partition_metadata_name), small_file_max);
  if (!text && text.error().code != Errc::not_found) return std::unexpected(text.error());
  if (!text) return std::nullopt;
  const auto id = parse_partition_metadata(*text);
  return id ? std::optional<Uuid>(*id) : std::nullopt;
}

// Kafka's name of such a folder, cut where it would be longer than a file name may be.
Result<std::string> LogDirectory::mark_deleted(const std::string& directory, std::uint64_t unique) {
  return rename_marked(directory, unique, deleted_folder_suffix);
}

Result<std::string> LogDirectory::mark_stray(const std::string& directory, std::uint64_t unique) {
  return rename_marked(directory, unique, stray_folder_suffix);
}

Result<std::string> LogDirectory::rename_marked(const std::string& directory, std::uint64_t unique,
                                                std::string_view suffix) {
  const auto ending = fmt::format(".{:032x}{}", unique, suffix);
  std::string name = directory.substr(directory.find_last_of('/') + 1);
  if (name.size() + ending.size() > file_name_max) name.resize(file_name_max - ending.size());
  const std::string marked = path_ + "/" + name + ending;
  TRY(disk_.rename(directory, marked));
  TRY(disk_.sync_directory(path_));
  return marked;
}

Result<> LogDirectory::remove_marked() {
  TRY_ASSIGN(const auto entries, disk_.list(path_));
  for (const auto& entry : entries) {
    if (!entry.is_directory || !entry.name.ends_with(deleted_folder_suffix)) continue;
    TRY(disk_.remove_tree(path_ + "/" + entry.name));
  }
  return {};
}

}  // namespace weir::log
