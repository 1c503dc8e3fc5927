#include "base/result.h"

#include <fmt/format.h>

namespace weir {

std::string_view name_of(Errc code) {
  switch (code) {
    case Errc::corrupt:
      return "corrupt";
    case Errc::invalid:
      return "invalid";
    case Errc::not_found:
      return "not found";
    case Errc::exists:
      return "exists";
    case Errc::out_of_range:
      return "out of range";
    case Errc::unsupported:
      return "unsupported";
    case Errc::too_large:
      return "too large";
    case Errc::no_space:
      return "no space";
    case Errc::io:
      return "i/o error";
    case Errc::busy:
      return "busy";
    case Errc::closed:
      return "closed";
    case Errc::timed_out:
      return "timed out";
  }
  return "unknown";
}

std::string Error::message() const {
  if (at == 0) return fmt::format("{}: {}", name_of(code), what);
  return fmt::format("{}: {} (at {})", name_of(code), what, at);
}

}  // namespace weir
