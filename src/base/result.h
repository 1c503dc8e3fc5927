#pragma once
// Operating errors are values. Error says what kind of thing failed (Errc decides what the caller
// may do), in words where that helps a person, and carries an errno or position in `at`.
//
// A protocol answer is not an Error: wire::ErrorCode has its own table. Where one becomes the other
// is one function of the broker.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

enum class Errc : std::uint8_t {
  corrupt,       // bytes do not mean what they should
  invalid,       // an argument or setting is not acceptable
  not_found,     // no such file, topic, ...
  exists,        // it is there already
  out_of_range,  // an offset outside the log, a version outside the schema
  unsupported,   // known, not served
  too_large,     // beyond a stated bound
  no_space,      // the disk is full; heals when space returns
  io,            // the disk or the system failed; `at` holds errno
  busy,          // somebody else holds it
  closed,        // connection or component was closed
  timed_out,
};

std::string_view name_of(Errc code);

struct Error {
  Errc code;
  std::string what;      // one sentence without a full stop; names file, offset or setting
  std::uint64_t at = 0;  // errno for io, else a byte position or offset where it helps

  std::string message() const;  // "corrupt: bad batch crc (at 4096)"
};

template <class T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Errc code, std::string what, std::uint64_t at = 0) {
  return std::unexpected<Error>(Error{code, std::move(what), at});
}

}  // namespace weir

// TRY(expr) leaves the function with the error of a Result<void>; TRY_ASSIGN(auto x, expr) binds
// the value. In a coroutine use CO_TRY and CO_TRY_ASSIGN.
#define WEIR_CONCAT_INNER(a, b) a##b
#define WEIR_CONCAT(a, b) WEIR_CONCAT_INNER(a, b)

#define TRY_INNER(name, leave, expr)                           \
  do {                                                         \
    auto&& name = (expr);                                      \
    if (!name) leave std::unexpected(std::move(name).error()); \
  } while (false)
#define TRY(expr) TRY_INNER(WEIR_CONCAT(try_result_, __LINE__), return, expr)

#define TRY_ASSIGN_INNER(name, lhs, expr)                     \
  auto&& name = (expr);                                       \
  if (!name) return std::unexpected(std::move(name).error()); \
  lhs = *std::move(name)
#define TRY_ASSIGN(lhs, expr) TRY_ASSIGN_INNER(WEIR_CONCAT(try_value_, __LINE__), lhs, expr)

#define CO_TRY(expr) TRY_INNER(WEIR_CONCAT(try_result_, __LINE__), co_return, expr)

#define CO_TRY_ASSIGN_INNER(name, lhs, expr)                     \
  auto&& name = (expr);                                          \
  if (!name) co_return std::unexpected(std::move(name).error()); \
  lhs = *std::move(name)
#define CO_TRY_ASSIGN(lhs, expr) CO_TRY_ASSIGN_INNER(WEIR_CONCAT(try_value_, __LINE__), lhs, expr)
