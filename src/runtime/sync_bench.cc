// Files with a few new bytes each made durable: as PosixDisk::sync_together chooses, and one by
// one. In the working directory: which file system that is decides.

#include <benchmark/benchmark.h>

#include <array>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "runtime/posix_disk.h"

namespace weir::runtime {
namespace {

class GrowingFiles {
 public:
  explicit GrowingFiles(std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      paths_.push_back("sync_bench." + std::to_string(i));
      files_.push_back(disk_.open(paths_.back(), env::OpenMode::create).value());
    }
  }
  ~GrowingFiles() {
    for (const auto& path : paths_) std::filesystem::remove(path);
  }
  void grow() {
    static constexpr std::array<std::byte, 300> record{};
    for (auto& file : files_) CHECK(file->write_at(end_, record).has_value());
    end_ += record.size();
  }
  env::Disk& disk() { return disk_; }
  std::span<const std::shared_ptr<env::File>> files() const { return files_; }

 private:
  PosixDisk disk_;
  std::vector<std::string> paths_;
  std::vector<std::shared_ptr<env::File>> files_;
  std::uint64_t end_ = 0;
};

void sync_together(benchmark::State& state) {
  GrowingFiles growing(state.range(0));
  for (auto _ : state) {
    growing.grow();
    CHECK(growing.disk().sync_together(growing.files(), {}).has_value());
  }
}
BENCHMARK(sync_together)->Arg(1)->Arg(3)->Arg(12)->Arg(100)->UseRealTime();

void sync_each(benchmark::State& state) {
  GrowingFiles growing(state.range(0));
  for (auto _ : state) {
    growing.grow();
    for (const auto& file : growing.files()) CHECK(file->sync().has_value());
  }
}
BENCHMARK(sync_each)->Arg(1)->Arg(3)->Arg(12)->Arg(100)->UseRealTime();

}  // namespace
}  // namespace weir::runtime
