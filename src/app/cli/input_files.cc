#include "app/cli/input_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace weir::app {
namespace {

constexpr std::size_t piece_size = 256 << 10;
constexpr std::string_view standard_input = "standard input";

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

Task<Result<std::string>> InputFiles::read(Session& session) {
  auto reading = session.read_from(descriptor_, piece_size);
  auto piece = co_await std::move(reading);
  if (!piece) {
    co_return fail(Errc::io, fmt::format("cannot read {}: {}", name(), piece.error().what));
  }
  co_return piece;
}

std::optional<double> InputFiles::share_of(std::uint64_t bytes) const {
  if (!size_known_ || size_ == 0) return std::nullopt;
  return std::min(1.0, static_cast<double>(bytes) / static_cast<double>(size_));
}

void InputFiles::close() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace weir::app
