#include "base/env/disk.h"

namespace weir::env {

Result<> Disk::sync_together(std::span<const std::shared_ptr<File>> files,
                             std::span<const std::string> directories) {
  for (const auto& file : files) TRY(file->sync());
  for (const auto& directory : directories) TRY(sync_directory(directory));
  return {};
}

std::string Disk::lifetime(const std::string& /*directory*/) { return {}; }

std::string parent_of(const std::string& path) {
  const auto end = path.find_last_not_of('/');
  const auto slash = end == std::string::npos ? end : path.find_last_of('/', end);
  if (slash == std::string::npos) return end == slash ? "/" : ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<std::string> read_file(Disk& disk, const std::string& path, std::size_t size_max) {
  TRY_ASSIGN(auto file, disk.open(path, OpenMode::read));
  TRY_ASSIGN(const auto size, file->size());
  if (size > size_max) return fail(Errc::too_large, path + " is larger than it can be", size);
  std::string content(size, '\0');
  const MutableBytes into{reinterpret_cast<std::byte*>(content.data()), content.size()};
  TRY_ASSIGN(const auto got, file->read_at(0, into));
  content.resize(got);
  return content;
}

Result<> write_file_atomically(Disk& disk, const std::string& path, std::string_view content) {
  const std::string temporary = path + ".tmp";
  TRY_ASSIGN(auto file, disk.open(temporary, OpenMode::create));
  TRY(file->truncate(0));
  TRY(file->write_at(0, as_bytes(content)));
  TRY(file->sync());
  TRY(disk.rename(temporary, path));
  return disk.sync_directory(parent_of(path));
}

}  // namespace weir::env
