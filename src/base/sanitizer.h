#pragma once
// Whether this program is built with AddressSanitizer (WEIR_HAS_ASAN) or with it or ThreadSanitizer
// (WEIR_IS_SANITIZED), for the preprocessor and for the language.

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define WEIR_HAS_ASAN
#elif defined(__SANITIZE_THREAD__)
#define WEIR_IS_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEIR_HAS_ASAN
#elif __has_feature(thread_sanitizer)
#define WEIR_IS_SANITIZED
#endif
#endif

#ifdef WEIR_HAS_ASAN
#define WEIR_IS_SANITIZED
#endif

namespace weir {

#ifdef WEIR_IS_SANITIZED
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif

// Tests that walk all of many seeds, or every byte, walk every eighth under a sanitizer, where a
// step takes eight times as long.
inline constexpr std::size_t test_stride = is_sanitized ? 8 : 1;

}  // namespace weir
