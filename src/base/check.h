#pragma once
// CHECK states what the program itself guarantees. It is on in every build: a false CHECK is a bug
// in Weir, never something that a client or a disk can cause, and ends the process with one line.

#include <string_view>

namespace weir {

[[noreturn]] void check_failed(const char* file, int line, const char* condition,
                               std::string_view why);

}  // namespace weir

#define CHECK(condition, ...)                        \
  (__builtin_expect(static_cast<bool>(condition), 1) \
       ? static_cast<void>(0)                        \
       : ::weir::check_failed(__FILE__, __LINE__, #condition, std::string_view{__VA_ARGS__}))
