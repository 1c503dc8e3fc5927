#pragma once
// The format of records as text, in both directions.
//
//   %t topic     %p partition   %o offset      %k key      %v or %s value
//   %K, %S       lengths of key and value in bytes, -1: null
//   %h headers, name=value with commas between     %T milliseconds   %d ISO time   %% a percent
//   sign
//   \n \t \r \0 \\ \xHH
//
// Any other letter or escape is an error. A format without a newline at its end gets one. A header
// whose value is null is its name alone. On input a field ends at the first occurrence of the
// literal that follows it, and a key or value whose length was read before it has that many bytes;
// %o is read and forgotten.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace weir::app {

// A record between text and client. Views in, so that printing copies once.
struct RecordView {
  std::string_view topic;
  PartitionIndex partition = 0;
  Offset offset = no_offset;
  TimestampMs timestamp = no_timestamp;
  bool is_log_append_time = false;
  std::optional<std::string_view> key, value;
  std::vector<std::pair<std::string_view, std::optional<std::string_view>>> headers;
};

struct RecordText {
  std::optional<std::string> topic;
  std::optional<PartitionIndex> partition;
  std::optional<TimestampMs> timestamp;
  std::optional<std::string> key, value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  bool operator==(const RecordText&) const = default;
};

class RecordFormat {
 public:
  enum class Field : std::uint8_t {
    literal,
    topic,
    partition,
    offset,
    key,
    value,
    key_length,
    value_length,
    headers,
    timestamp,
    time
  };

  // Errors: invalid, with the place in the format.
  static Result<RecordFormat> parse(std::string_view format);
  bool has(Field field) const;
  // Whether read() can tell where each field ends. Error: invalid.
  Result<> check_input() const;

  void print(const RecordView& record, std::string& out) const;

  // The first record of `input`, which is taken away from it; nothing if more input is needed.
  // `at_end`: there is no more, and the format's last literal may be missing. Errors: invalid, and
  // `input` stays.
  Result<std::optional<RecordText>> read(std::string_view& input, bool at_end) const;

 private:
  struct Part {
    Field field = Field::literal;
    std::string text;  // of a literal
  };
  struct Lengths;
  void add_literal(char c);
  Result<> assign(Field field, std::string_view text, RecordText& record, Lengths& lengths) const;

  std::vector<Part> parts_;
};

}  // namespace weir::app
