#include "client/failure.h"

#include <fmt/format.h>

namespace weir::client {

bool Failure::is_retriable() const {
  if (is_answer()) return wire::error_info(answer).retriable;
  return cause.code == Errc::closed || cause.code == Errc::timed_out || cause.code == Errc::io;
}

bool Failure::asks_for_metadata() const {
  return is_answer() ? wire::error_info(answer).refresh_metadata : is_retriable();
}

std::string Failure::message() const {
  if (!is_answer()) return cause.message();
  const wire::ErrorInfo& info = wire::error_info(answer);
  const std::string_view words = said.empty() ? info.message : std::string_view(said);
  return words.empty() ? fmt::format("{}: {}", cause.what, info.name)
                       : fmt::format("{}: {} ({})", cause.what, info.name, words);
}

}  // namespace weir::client
