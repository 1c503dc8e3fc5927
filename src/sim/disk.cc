#include "sim/disk.h"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "base/check.h"
#include "sim/world.h"

namespace weir::sim {
namespace {

constexpr std::uint64_t capacity_bytes = 1ULL << 40;

std::unexpected<Error> not_found(const std::string& path) {
  return fail(Errc::not_found, path + ": No such file or directory", ENOENT);
}
std::unexpected<Error> not_a_directory(const std::string& path) {
  return fail(Errc::io, path + ": Not a directory", ENOTDIR);
}

// "a//b/./c" -> a b c. The working directory is the root.
std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    std::string part = path.substr(at, end - at);
    at = end + 1;
    if (part == ".." && !parts.empty()) parts.pop_back();
    if (!part.empty() && part != "." && part != "..") parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace

class Disk::Handle final : public env::File {
 public:
  using env::File::write_at;

  Handle(Disk& disk, std::shared_ptr<FileNode> node, bool writable)
      : disk_(disk), node_(std::move(node)), writable_(writable) {}

  Result<std::size_t> read_at(std::uint64_t position, MutableBytes into) const override {
    if (disk_.strikes(Fault::read_failed, disk_.faults_.read_fails_one_in)) return failed("read");
    return node_->now.read(position, into);
  }

  Result<> write_at(std::uint64_t position, std::span<const Bytes> pieces) override {
    TRY(check_writable());
    TRY(disk_.go_on());
    std::string bytes;
    for (const Bytes piece : pieces) bytes += as_text(piece);
    const bool fits = take_room(position, bytes);
    if (!fits) disk_.world_.faults().add(Fault::disk_full);
    const bool fails = disk_.strikes(Fault::write_failed, disk_.faults_.write_fails_one_in);
    if (fails) bytes.resize(disk_.chance_.below(bytes.size() + 1));
    auto outcome = [&] { return fails ? failed("write") : fits ? Result<>{} : no_space(); };
    if (bytes.empty()) return outcome();
    trace(TraceKind::disk_write, position, hash_of(as_bytes(bytes)));
    node_->now.write(position, as_bytes(bytes));
    disk_.remember(node_);
    node_->unsynced.push_back({disk_.next_order(), position, std::move(bytes), false});
    return outcome();
  }

  Result<> sync() override {
    TRY(disk_.go_on());
    trace(TraceKind::disk_sync, node_->unsynced.size(), 0);
    if (disk_.strikes(Fault::sync_failed, disk_.faults_.sync_fails_one_in)) {
      fail_sync(*node_, disk_.chance_);
      disk_.remember(node_);
      return failed("sync");
    }
    sim::sync(*node_);
    if (!node_->has_lost_changes) disk_.dirty_files_.erase(node_->number);
    return {};
  }

  Result<> truncate(std::uint64_t size) override {
    TRY(check_writable());
    TRY(disk_.go_on());
    trace(TraceKind::disk_truncate, size, 0);
    if (disk_.room_ && size < node_->now.size()) *disk_.room_ += node_->now.size() - size;
    node_->now.truncate(size);
    disk_.remember(node_);
    node_->unsynced.push_back({disk_.next_order(), size, {}, true});
    return {};
  }

  Result<std::uint64_t> size() const override { return node_->now.size(); }

  bool is_cached(std::uint64_t, std::uint64_t bytes) const override {
    return bytes == 0 || !disk_.chance_.one_in(4);
  }

 private:
  static std::unexpected<Error> failed(std::string_view what) {
    return fail(Errc::io, std::string("cannot ") + std::string(what) + ": Input/output error", EIO);
  }
  static Result<> no_space() { return fail(Errc::no_space, "No space left on device", ENOSPC); }
  // Cuts off what does not fit; false then.
  bool take_room(std::uint64_t position, std::string& bytes) {
    const std::uint64_t end = position + bytes.size();
    const std::uint64_t size = node_->now.size();
    if (!disk_.room_ || end <= size) return true;
    const std::uint64_t growth = end - size;
    const std::uint64_t taken = std::min(growth, *disk_.room_);
    *disk_.room_ -= taken;
    bytes.resize(bytes.size() - std::min<std::uint64_t>(growth - taken, bytes.size()));
    return taken == growth;
  }
  Result<> check_writable() const {
    if (writable_) return {};
    return fail(Errc::io, "the file was opened for reading", EBADF);
  }
  void trace(TraceKind kind, std::uint64_t a, std::uint64_t b) const {
    disk_.world_.trace().add(kind, {disk_.host_, node_->number, a, b});
  }

  Disk& disk_;
  std::shared_ptr<FileNode> node_;
  bool writable_;
};

class Disk::Lock final : public env::DirectoryLock {
 public:
  Lock(Disk& disk, std::uint64_t number) : disk_(disk), number_(number), era_(disk.lock_era_) {}
  ~Lock() override {
    if (era_ == disk_.lock_era_) disk_.locked_.erase(number_);
  }

 private:
  Disk& disk_;
  std::uint64_t number_;
  std::uint64_t era_;
};

Disk::Disk(World& world, std::uint32_t host)
    : world_(world),
      host_(host),
      chance_(world.fork("disk/" + std::to_string(host))),
      root_(std::make_shared<DirectoryNode>()) {}

Disk::~Disk() = default;

Result<std::shared_ptr<DirectoryNode>> Disk::directory_at(const std::string& path) const {
  auto directory = root_;
  for (const auto& part : parts_of(path)) {
    const auto found = directory->now.find(part);
    if (found == directory->now.end()) return not_found(path);
    if (!found->second.directory) return not_a_directory(path);
    directory = found->second.directory;
  }
  return directory;
}

Result<Disk::Place> Disk::place_of(const std::string& path) const {
  auto parts = parts_of(path);
  if (parts.empty()) return fail(Errc::io, path + ": Is a directory", EISDIR);
  Place place{root_, std::move(parts.back())};
  parts.pop_back();
  for (const auto& part : parts) {
    const auto found = place.parent->now.find(part);
    if (found == place.parent->now.end()) return not_found(path);
    if (!found->second.directory) return not_a_directory(path);
    place.parent = found->second.directory;
  }
  return place;
}

void Disk::change_name(const std::shared_ptr<DirectoryNode>& in, std::uint64_t order,
                       const std::string& name, std::optional<Name> target) {
  world_.trace().add(TraceKind::disk_name,
                     {host_, in->number, hash_of(as_bytes(name)), target.has_value()});
  if (target) {
    in->now[name] = *target;
  } else {
    in->now.erase(name);
  }
  dirty_directories_[in->number] = in;
  in->unsynced.push_back({order, name, std::move(target)});
}

Result<std::shared_ptr<env::File>> Disk::open(const std::string& path, env::OpenMode mode) {
  TRY_ASSIGN(const Place place, place_of(path));
  const auto found = place.parent->now.find(place.name);
  const bool writable = mode != env::OpenMode::read;
  if (found != place.parent->now.end()) {
    if (mode == env::OpenMode::create_new) {
      return fail(Errc::exists, path + ": File exists", EEXIST);
    }
    if (!found->second.file) return fail(Errc::io, path + ": Is a directory", EISDIR);
    return std::make_shared<Handle>(*this, found->second.file, writable);
  }
  if (mode == env::OpenMode::read || mode == env::OpenMode::read_write) return not_found(path);
  TRY(go_on());
  auto node = std::make_shared<FileNode>();
  node->number = ++last_number_;
  change_name(place.parent, next_order(), place.name, Name{node, nullptr});
  return std::make_shared<Handle>(*this, std::move(node), writable);
}

Result<> Disk::rename(const std::string& from, const std::string& to) {
  TRY_ASSIGN(const Place source, place_of(from));
  TRY_ASSIGN(const Place target, place_of(to));
  const auto found = source.parent->now.find(source.name);
  if (found == source.parent->now.end()) return not_found(from);
  const Name moved = found->second;
  const auto replaced = target.parent->now.find(target.name);
  if (replaced != target.parent->now.end()) {
    if (replaced->second.file == moved.file && replaced->second.directory == moved.directory) {
      return {};
    }
    const auto& directory = replaced->second.directory;
    if (static_cast<bool>(directory) != static_cast<bool>(moved.directory)) {
      return not_a_directory(to);
    }
    if (directory && !directory->now.empty()) {
      return fail(Errc::io, to + ": Directory not empty", ENOTEMPTY);
    }
  }
  TRY(go_on());
  const std::uint64_t order = next_order();
  change_name(target.parent, order, target.name, moved);
  change_name(source.parent, order, source.name, std::nullopt);
  return {};
}

Result<> Disk::remove(const std::string& path) {
  TRY_ASSIGN(const Place place, place_of(path));
  const auto found = place.parent->now.find(place.name);
  if (found == place.parent->now.end()) return not_found(path);
  if (!found->second.file) return fail(Errc::io, path + ": Is a directory", EISDIR);
  TRY(go_on());
  change_name(place.parent, next_order(), place.name, std::nullopt);
  return {};
}

// One name after the other, as on a real disk: a crash can leave a part.
void Disk::empty_tree(const std::shared_ptr<DirectoryNode>& directory) {
  while (!directory->now.empty()) {
    const auto [name, what] = *directory->now.begin();
    if (what.directory) empty_tree(what.directory);
    change_name(directory, next_order(), name, std::nullopt);
  }
}

Result<> Disk::remove_tree(const std::string& path) {
  TRY_ASSIGN(const Place place, place_of(path));
  const auto found = place.parent->now.find(place.name);
  if (found == place.parent->now.end()) return not_found(path);
  TRY(go_on());
  if (found->second.directory) empty_tree(found->second.directory);
  change_name(place.parent, next_order(), place.name, std::nullopt);
  return {};
}

Result<> Disk::create_directories(const std::string& path) {
  TRY(go_on());
  auto directory = root_;
  for (const auto& part : parts_of(path)) {
    const auto found = directory->now.find(part);
    if (found == directory->now.end()) {
      auto node = std::make_shared<DirectoryNode>();
      node->number = ++last_number_;
      change_name(directory, next_order(), part, Name{nullptr, node});
      directory = std::move(node);
    } else if (found->second.directory) {
      directory = found->second.directory;
    } else {
      return not_a_directory(path);
    }
  }
  return {};
}

Result<std::vector<env::DirectoryEntry>> Disk::list(const std::string& path) {
  TRY_ASSIGN(const auto directory, directory_at(path));
  std::vector<env::DirectoryEntry> entries;
  for (const auto& [name, what] : directory->now) {
    entries.push_back({name, what.directory != nullptr});
  }
  return entries;
}

Result<bool> Disk::exists(const std::string& path) {
  if (parts_of(path).empty()) return true;
  const auto place = place_of(path);
  return place && place->parent->now.contains(place->name);
}

Result<> Disk::sync_directory(const std::string& path) {
  TRY_ASSIGN(const auto directory, directory_at(path));
  TRY(go_on());
  world_.trace().add(TraceKind::disk_sync_directory, {host_, directory->number});
  if (strikes(Fault::sync_failed, faults_.sync_fails_one_in)) {
    return fail(Errc::io, "cannot sync " + path + ": Input/output error", EIO);
  }
  sim::sync(*directory);
  dirty_directories_.erase(directory->number);
  return {};
}

std::string Disk::lifetime(const std::string& /*directory*/) {
  return "power " + std::to_string(power_losses_);
}

Result<std::uint64_t> Disk::free_bytes(const std::string& path) {
  TRY_ASSIGN(const auto start, directory_at(path));
  std::uint64_t used = 0;
  std::vector<std::shared_ptr<DirectoryNode>> left{root_};
  while (!left.empty()) {
    const auto directory = std::move(left.back());
    left.pop_back();
    for (const auto& [name, what] : directory->now) {
      if (what.file) used += what.file->now.size();
      if (what.directory) left.push_back(what.directory);
    }
  }
  const std::uint64_t free = capacity_bytes - std::min(used, capacity_bytes);
  return room_ ? std::min(free, *room_) : free;
}

Result<std::uint64_t> Disk::total_bytes(const std::string& path) {
  TRY(directory_at(path));
  return capacity_bytes;
}

Result<std::unique_ptr<env::DirectoryLock>> Disk::lock(const std::string& directory) {
  TRY_ASSIGN(const auto node, directory_at(directory));
  TRY(open(directory + "/.lock", env::OpenMode::create));
  if (!locked_.insert(node->number).second) {
    return fail(Errc::busy, directory + " is in use by another process");
  }
  return std::make_unique<Lock>(*this, node->number);
}

Result<> Disk::go_on() {
  if (!operations_left_) return {};
  if (*operations_left_ > 0) {
    --*operations_left_;
    return {};
  }
  has_stopped_ = true;
  return fail(Errc::io, "the machine has stopped", EIO);
}

bool Disk::strikes(Fault fault, std::uint64_t one_in) {
  if (one_in == 0 || !chance_.one_in(one_in)) return false;
  world_.faults().add(fault);
  return true;
}

void Disk::crash(Crash how) {
  operations_left_.reset();
  has_stopped_ = false;
  locked_.clear();
  ++lock_era_;
  if (!loses_power(how)) return;
  ++power_losses_;
  lose_unsynced_changes(how);
  dirty_files_.clear();
  dirty_directories_.clear();
}

void Disk::lose_unsynced_changes(Crash how) {
  const bool mixed = how == Crash::power_keep_mixed;
  const std::uint64_t cut = how == Crash::power_keep_some ? random_cut() : 0;
  std::map<std::uint64_t, bool> kept_names;
  for (auto& [number, weak] : dirty_files_) {
    const auto file = weak.lock();
    if (!file) continue;
    mixed ? lose_some_unsynced(*file, chance_, world_.faults()) : lose_unsynced(*file, cut);
  }
  for (auto& [number, weak] : dirty_directories_) {
    const auto directory = weak.lock();
    if (!directory) continue;
    if (mixed) {
      lose_some_unsynced(*directory, chance_, world_.faults(), kept_names);
    } else {
      lose_unsynced(*directory, cut);
    }
  }
}

// Between the oldest unsynced change and the newest; those before it survive.
std::uint64_t Disk::random_cut() {
  std::uint64_t oldest = last_order_ + 1;
  for (auto& [number, weak] : dirty_files_) {
    const auto file = weak.lock();
    if (file && !file->unsynced.empty()) oldest = std::min(oldest, file->unsynced[0].order);
  }
  for (auto& [number, weak] : dirty_directories_) {
    const auto directory = weak.lock();
    if (directory && !directory->unsynced.empty()) {
      oldest = std::min(oldest, directory->unsynced[0].order);
    }
  }
  return oldest + chance_.below(last_order_ + 2 - oldest);
}

std::shared_ptr<DirectoryNode> Disk::durable_directory(std::span<const std::string> parts) const {
  auto directory = root_;
  for (const auto& part : parts) {
    const auto found = directory->durable.find(part);
    if (found == directory->durable.end()) return nullptr;
    directory = found->second.directory;
    if (!directory) return nullptr;
  }
  return directory;
}

std::vector<std::string> Disk::durable_names(const std::string& path) const {
  std::vector<std::string> names;
  const auto parts = parts_of(path);
  if (const auto directory = durable_directory(parts)) {
    for (const auto& [name, what] : directory->durable) names.push_back(name);
  }
  return names;
}

std::optional<std::string> Disk::durable_content(const std::string& path) const {
  const auto parts = parts_of(path);
  if (parts.empty()) return std::nullopt;
  const auto directory = durable_directory(std::span(parts).first(parts.size() - 1));
  if (!directory) return std::nullopt;
  const auto found = directory->durable.find(parts.back());
  if (found == directory->durable.end() || !found->second.file) return std::nullopt;
  const PagedBytes& image = found->second.file->durable;
  std::string content(image.size(), '\0');
  image.read(0, {reinterpret_cast<std::byte*>(content.data()), content.size()});
  return content;
}

}  // namespace weir::sim
