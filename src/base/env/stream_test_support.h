#pragma once
// Text through connections, and what went wrong, for tests.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/env/network.h"

namespace weir::env {

inline Errc error_of(const auto& result) { return result ? Errc{255} : result.error().code; }

inline Task<Result<>> send_text(Connection& to, std::string_view text) {
  const std::vector<Piece> pieces{as_bytes(text)};
  auto writing = to.write(pieces);
  co_return co_await std::move(writing);
}

// Reads until `size` bytes are there or the stream ends.
inline Task<Result<std::string>> receive_text(Connection& from, std::size_t size) {
  std::string text;
  std::vector<std::byte> buffer(8'192);
  while (text.size() < size) {
    auto waiting = from.readable();
    CO_TRY(co_await std::move(waiting));
    const auto room = std::min(buffer.size(), size - text.size());
    CO_TRY_ASSIGN(const auto got, from.read_now(MutableBytes(buffer).first(room)));
    text += as_text(Bytes(buffer).first(got.bytes));
    if (got.end) break;
  }
  co_return text;
}

}  // namespace weir::env
