#include "app/cli/input_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/offload.h"

namespace weir::app {
namespace {

constexpr std::size_t piece_size = 256 << 10;
constexpr std::string_view standard_input = "standard input";

Result<std::string> read_some(int descriptor) {
  std::string piece(piece_size, '\0');
  ssize_t got = 0;
  do {
    got = ::read(descriptor, piece.data(), piece.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) return fail(Errc::io, std::strerror(errno));
  piece.resize(static_cast<std::size_t>(got));
  return piece;
}

}  // namespace

InputFiles::InputFiles(std::vector<std::string> names) : names_(std::move(names)) {
  if (names_.empty()) names_ = {"-"};
  for (std::string& name : names_) {
    struct stat status{};
    const bool is_file =
        name != "-" && ::stat(name.c_str(), &status) == 0 && S_ISREG(status.st_mode);
    if (!is_file) size_known_ = false;
    size_ += is_file ? static_cast<std::uint64_t>(status.st_size) : 0;
    if (name == "-") name = standard_input;
  }
}

Result<bool> InputFiles::open_next() {
  close();
  if (at_ == names_.size()) return false;
  const std::string& name = names_[at_++];
  if (name == standard_input) {
    descriptor_ = STDIN_FILENO;
    return true;
  }
  descriptor_ = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) {
    return fail(Errc::io, fmt::format("cannot open {}: {}", name, std::strerror(errno)));
  }
  return true;
}

Task<Result<std::string>> InputFiles::read(env::Env& env) {
  auto reading =
      offload(env.executor, [descriptor = descriptor_] { return read_some(descriptor); });
  auto piece = co_await std::move(reading);
  if (!piece) {
    co_return fail(Errc::io, fmt::format("cannot read {}: {}", name(), piece.error().what));
  }
  read_ += piece->size();
  co_return piece;
}

std::optional<double> InputFiles::share_read() const {
  if (!size_known_ || size_ == 0) return std::nullopt;
  return std::min(1.0, static_cast<double>(read_) / static_cast<double>(size_));
}

void InputFiles::close() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace weir::app
