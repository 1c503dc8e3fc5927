#include "app/cli/standard_output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "app/cli/command.h"

namespace weir::app {

Exit write_out(std::string_view command, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return refuse_output(command);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return Exit::done;
}

Exit refuse_output(std::string_view command) {
  if (const auto what = output_complaint(errno)) complain(command, *what);
  return Exit::failed;
}

std::optional<std::string> output_complaint(int error) {
  if (error == EPIPE) return std::nullopt;
  return fmt::format("cannot write to standard output: {}", std::strerror(error));
}

}  // namespace weir::app
