#include "runtime/posix_file.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "runtime/system_error.h"

namespace weir::runtime {
namespace {

constexpr std::size_t vector_max = 64;
constexpr std::uint64_t page_bytes = 4096;

// cachestat(2) of Linux 6.5; glibc 2.36 does not know it.
constexpr long cachestat_number = 451;
struct CacheRange {
  std::uint64_t offset;
  std::uint64_t length;
};
struct CacheState {
  std::uint64_t cached, dirty, writeback, evicted, recently_evicted;
};

bool byte_is_cached(int descriptor, std::uint64_t position) {
  char byte = 0;
  iovec into{&byte, 1};
  return ::preadv2(descriptor, &into, 1, static_cast<off_t>(position), RWF_NOWAIT) >= 0 ||
         errno != EAGAIN;
}

}  // namespace

Result<std::size_t> PosixFile::read_at(std::uint64_t position, MutableBytes into) const {
  std::size_t done = 0;
  while (done < into.size()) {
    const auto got = ::pread(descriptor_.get(), into.data() + done, into.size() - done,
                             static_cast<off_t>(position + done));
    if (got == 0) break;
    if (got > 0) {
      done += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      return system_failure(errno, "cannot read " + path_);
    }
  }
  return done;
}

Result<> PosixFile::write_at(std::uint64_t position, std::span<const Bytes> pieces) {
  std::size_t first = 0;  // the piece that goes on
  std::size_t skip = 0;   // what is written of it
  while (true) {
    std::array<iovec, vector_max> vectors;
    std::size_t count = 0;
    for (std::size_t i = first, from = skip; i < pieces.size() && count < vector_max; ++i) {
      if (pieces[i].size() > from) {
        auto* base = const_cast<std::byte*>(pieces[i].data()) + from;
        vectors[count++] = {base, pieces[i].size() - from};
      }
      from = 0;
    }
    if (count == 0) return {};
    const auto put = ::pwritev(descriptor_.get(), vectors.data(), static_cast<int>(count),
                               static_cast<off_t>(position));
    if (put < 0) {
      if (errno == EINTR) continue;
      return system_failure(errno, "cannot write " + path_);
    }
    auto left = static_cast<std::size_t>(put);
    position += left;
    while (first < pieces.size() && left >= pieces[first].size() - skip) {
      left -= pieces[first].size() - skip;
      skip = 0;
      ++first;
    }
    skip += left;
  }
}

Result<> PosixFile::sync() {
  if (::fdatasync(descriptor_.get()) == 0) return {};
  return system_failure(errno, "cannot sync " + path_);
}

Result<> PosixFile::truncate(std::uint64_t size) {
  while (::ftruncate(descriptor_.get(), static_cast<off_t>(size)) != 0) {
    if (errno != EINTR) return system_failure(errno, "cannot truncate " + path_);
  }
  return {};
}

Result<std::uint64_t> PosixFile::size() const {
  struct stat status{};
  if (::fstat(descriptor_.get(), &status) == 0) return static_cast<std::uint64_t>(status.st_size);
  return system_failure(errno, "cannot look at " + path_);
}

bool PosixFile::is_cached(std::uint64_t position, std::uint64_t bytes) const {
  if (bytes == 0) return true;
  const CacheRange range{position, bytes};
  CacheState state{};
  if (::syscall(cachestat_number, descriptor_.get(), &range, &state, 0u) != 0) {
    // Before Linux 6.5: both ends, for want of better.
    return byte_is_cached(descriptor_.get(), position) &&
           byte_is_cached(descriptor_.get(), position + bytes - 1);
  }
  const auto pages = [&](std::uint64_t end) {
    return end <= position ? 0 : (end - 1) / page_bytes - position / page_bytes + 1;
  };
  if (state.cached >= pages(position + bytes)) return true;
  // Pages behind the end of the file are never there.
  const auto end = size();
  return end && state.cached >= pages(std::min(*end, position + bytes));
}

}  // namespace weir::runtime
