#pragma once
// Numbers and lists as Java reads and prints them, since that is what Kafka's configs accept and
// show.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::metadata {

// String.trim: everything up to the space goes, at both ends.
std::string_view java_trim(std::string_view text);

// Long.parseLong with bounds: digits with an optional sign.
std::optional<std::int64_t> java_integer(std::string_view text, std::int64_t low,
                                         std::int64_t high);

// Double.parseDouble, hexadecimal and the suffixes d and f included.
std::optional<double> java_real(std::string_view text);

// Double.toString: 0.5, 1.0, 1.0E-4, 1.7976931348623157E308.
std::string java_real_text(double value);

// A comma-separated list with white space around the commas; empty text is the empty list.
std::vector<std::string> java_list(std::string_view text);

// List.toString: [a, b].
std::string java_list_text(const std::vector<std::string>& list);

// "a,b"
std::string joined(const std::vector<std::string>& list, std::string_view separator = ",");

}  // namespace weir::metadata
