#include "log/memory_disk_test_support.h"

#include <algorithm>

namespace weir::log {

struct MemoryDisk::Node {
  bool is_directory = false;
  std::string content;
  std::string durable;
};

class MemoryFile final : public env::File {
 public:
  MemoryFile(MemoryDisk& disk, std::shared_ptr<MemoryDisk::Node> node)
      : disk_(disk), node_(std::move(node)) {}

  Result<std::size_t> read_at(std::uint64_t position, MutableBytes into) const override {
    ++disk_.reads_;
    const auto& content = node_->content;
    if (position >= content.size()) return std::size_t{0};
    const std::size_t got = std::min<std::size_t>(into.size(), content.size() - position);
    std::copy_n(reinterpret_cast<const std::byte*>(content.data()) + position, got, into.data());
    disk_.bytes_read_ += got;
    return got;
  }

  Result<> write_at(std::uint64_t position, std::span<const Bytes> pieces) override {
    std::string all;
    for (const Bytes piece : pieces) all += as_text(piece);
    const auto allowed = disk_.count("write");
    if (!allowed) all.resize(all.size() / 2);
    auto& content = node_->content;
    if (content.size() < position + all.size()) content.resize(position + all.size());
    std::ranges::copy(all, content.begin() + static_cast<std::ptrdiff_t>(position));
    return allowed;
  }

  Result<> sync() override {
    TRY(disk_.count("sync"));
    ++disk_.syncs_;
    node_->durable = node_->content;
    return {};
  }

  Result<> truncate(std::uint64_t size) override {
    if (node_->content.size() == size) return {};
    TRY(disk_.count("truncate"));
    node_->content.resize(size);
    return {};
  }

  Result<std::uint64_t> size() const override { return node_->content.size(); }
  bool is_cached(std::uint64_t, std::uint64_t) const override { return true; }

 private:
  MemoryDisk& disk_;
  std::shared_ptr<MemoryDisk::Node> node_;
};

namespace {

std::string parent_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

class MemoryLock final : public env::DirectoryLock {
 public:
  explicit MemoryLock(bool& held) : held_(held) { held_ = true; }
  ~MemoryLock() override { held_ = false; }

 private:
  bool& held_;
};

}  // namespace

MemoryDisk::MemoryDisk() = default;
MemoryDisk::~MemoryDisk() = default;

Result<> MemoryDisk::count(const char* what) {
  const auto number = operations_++;
  if (!fail_at_ || number < *fail_at_ || (number > *fail_at_ && !fail_sticky_)) return {};
  failed_ = true;
  return fail(fail_code_, std::string("injected into ") + what, number);
}

void MemoryDisk::fail_operation(std::uint64_t k, Errc code, bool sticky) {
  fail_at_ = operations_ + k;
  fail_code_ = code;
  fail_sticky_ = sticky;
  failed_ = false;
}

void MemoryDisk::lose_power(RandomSource* random) {
  const auto chance = [&] { return random != nullptr && random->one_in(2); };
  Names kept = durable_names_;
  if (random != nullptr) {  // names that were not synced may be there or not
    for (const auto& [path, node] : names_) {
      if (!kept.contains(path) && chance()) kept[path] = node;
    }
    for (const auto& [path, node] : durable_names_) {
      if (!names_.contains(path) && chance()) kept.erase(path);
    }
  }
  for (auto& [path, node] : kept) {
    if (node->is_directory) continue;
    std::string after = node->durable;
    const std::string& cached = node->content;
    if (random != nullptr) {  // pages of 64 bytes for the sake of small tests
      const std::size_t size = chance() ? cached.size() : std::min(after.size(), cached.size());
      after.resize(std::max(size, std::min(after.size(), cached.size())));
      for (std::size_t at = 0; at < std::min(after.size(), cached.size()); at += 64) {
        if (chance())
          after.replace(at, 64, cached.substr(at, std::min<std::size_t>(64, after.size() - at)));
      }
      if (cached.size() < node->durable.size() && chance()) after = node->durable;
    }
    auto fresh = std::make_shared<Node>();
    fresh->content = fresh->durable = std::move(after);
    node = std::move(fresh);
  }
  names_ = kept;
  durable_names_ = std::move(kept);
  fail_at_.reset();
}

std::size_t MemoryDisk::open_files() const {
  std::size_t open = 0;
  for (const auto& [path, node] : names_) {
    const long names = durable_names_.contains(path) && durable_names_.at(path) == node ? 2 : 1;
    open += static_cast<std::size_t>(node.use_count() - names);
  }
  return open;
}

std::string& MemoryDisk::content(const std::string& path) {
  auto& node = names_[path];
  if (!node) {
    node = std::make_shared<Node>();
    durable_names_[path] = node;
  }
  return node->content;
}

bool MemoryDisk::has(const std::string& path) const { return names_.contains(path); }

std::vector<std::string> MemoryDisk::names(const std::string& directory) const {
  std::vector<std::string> found;
  for (const auto& [path, node] : names_) {
    if (parent_of(path) == directory) found.push_back(path.substr(directory.size() + 1));
  }
  return found;
}

Result<std::shared_ptr<env::File>> MemoryDisk::open(const std::string& path, env::OpenMode mode) {
  auto found = names_.find(path);
  const bool creates = mode == env::OpenMode::create || mode == env::OpenMode::create_new;
  if (found == names_.end()) {
    if (!creates) return fail(Errc::not_found, path);
    TRY(count("create"));
    found = names_.emplace(path, std::make_shared<Node>()).first;
  } else if (mode == env::OpenMode::create_new) {
    return fail(Errc::exists, path);
  }
  return std::make_shared<MemoryFile>(*this, found->second);
}

Result<> MemoryDisk::rename(const std::string& from, const std::string& to) {
  TRY(count("rename"));
  if (!names_.contains(from)) return fail(Errc::not_found, from);
  Names moved;
  for (const auto& [path, node] : names_) {
    if (path == from || path.starts_with(from + "/")) moved[to + path.substr(from.size())] = node;
  }
  std::erase_if(names_, [&](const auto& item) {
    return item.first == from || item.first.starts_with(from + "/");
  });
  for (auto& [path, node] : moved) names_[path] = node;
  return {};
}

Result<> MemoryDisk::remove(const std::string& path) {
  if (!names_.contains(path)) return fail(Errc::not_found, path);
  TRY(count("remove"));
  names_.erase(path);
  return {};
}

Result<> MemoryDisk::remove_tree(const std::string& path) {
  TRY(count("remove"));
  std::erase_if(names_, [&](const auto& item) {
    return item.first == path || item.first.starts_with(path + "/");
  });
  return {};
}

Result<> MemoryDisk::create_directories(const std::string& path) {
  TRY(count("mkdir"));
  for (std::string at = path; !at.empty(); at = parent_of(at)) {
    auto& node = names_[at];
    if (node) continue;
    node = std::make_shared<Node>();
    node->is_directory = true;
  }
  return {};
}

Result<std::vector<env::DirectoryEntry>> MemoryDisk::list(const std::string& path) {
  if (!names_.contains(path)) return fail(Errc::not_found, path);
  std::vector<env::DirectoryEntry> entries;
  const std::string prefix = path + "/";
  for (auto at = names_.lower_bound(prefix); at != names_.end() && at->first.starts_with(prefix);
       ++at) {
    if (at->first.find('/', prefix.size()) == std::string::npos) {
      entries.push_back({at->first.substr(prefix.size()), at->second->is_directory});
    }
  }
  return entries;
}

Result<bool> MemoryDisk::exists(const std::string& path) { return names_.contains(path); }

// Whatever is directly in it, and the directory itself, which was made durable by its parent in the
// real world.
Result<> MemoryDisk::sync_directory(const std::string& path) {
  TRY(count("sync directory"));
  const std::string prefix = path + "/";
  const auto is_child = [&](const std::string& name) {
    return name.find('/', prefix.size()) == std::string::npos;
  };
  for (auto at = durable_names_.lower_bound(prefix);
       at != durable_names_.end() && at->first.starts_with(prefix);) {
    at = is_child(at->first) ? durable_names_.erase(at) : std::next(at);
  }
  for (auto at = names_.lower_bound(prefix); at != names_.end() && at->first.starts_with(prefix);
       ++at) {
    if (is_child(at->first)) durable_names_[at->first] = at->second;
  }
  if (names_.contains(path)) durable_names_[path] = names_[path];
  return {};
}

Result<std::uint64_t> MemoryDisk::free_bytes(const std::string&) { return std::uint64_t{1} << 40; }

Result<std::uint64_t> MemoryDisk::total_bytes(const std::string&) { return std::uint64_t{1} << 40; }

Result<std::unique_ptr<env::DirectoryLock>> MemoryDisk::lock(const std::string& path) {
  bool& held = locks_[path];
  if (held) return fail(Errc::busy, path);
  return std::make_unique<MemoryLock>(held);
}

}  // namespace weir::log
