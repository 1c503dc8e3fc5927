#include "runtime/system_error.h"

#include <cerrno>
#include <system_error>

namespace weir::runtime {
namespace {

Errc code_of(int number) {
  switch (number) {
    case ENOENT:
      return Errc::not_found;
    case EEXIST:
      return Errc::exists;
    case ENOSPC:
    case EDQUOT:
      return Errc::no_space;
    case EPIPE:
    case ECONNRESET:
      return Errc::closed;
    case ETIMEDOUT:
      return Errc::timed_out;
    default:
      return Errc::io;
  }
}

}  // namespace

Error system_error(int number, const std::string& what) {
  return {code_of(number), what + ": " + std::generic_category().message(number),
          static_cast<std::uint64_t>(number)};
}

std::unexpected<Error> system_failure(int number, const std::string& what) {
  return std::unexpected<Error>(system_error(number, what));
}

}  // namespace weir::runtime
