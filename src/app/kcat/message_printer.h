#pragma once
// How a consumed message is printed: by a format (-f, or what -D and -K make of one), or as a JSON
// envelope (-J).
//
//   %s payload  %S its length, -1 of null  %R the length as 4 bytes   %k key  %K its length
//   %t topic    %p partition   %o offset   %T milliseconds   %h headers: n=v,n=v   %% a percent
//   sign
//   \n \t \r, \NUMBER (decimal; octal after a 0), \xHH (if the first digit is one of 0-9)
//
// A literal ends at a zero byte, whatever follows it up to the next %.

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/text/record_format.h"
#include "base/ids.h"

namespace weir::app::kcat {

struct PrintOptions {
  std::string format;
  bool is_json = false;
  bool shows_null = false;                          // -Z: "NULL" for what is null or empty
  std::optional<std::string> key_pack, value_pack;  // checked ones
};

class MessagePrinter {
 public:
  // Error: what is wrong with the format.
  static std::expected<MessagePrinter, std::string> make(PrintOptions options);

  // `broker`: it came from there. Error: why a key or value does not fit its pack format; what was
  // printed before stays.
  std::expected<void, std::string> print(const RecordView& message, BrokerId broker,
                                         std::string& out) const;

 private:
  struct Part {
    char letter = 0;  // 0: a literal
    std::string literal;
  };
  std::expected<void, std::string> print_part(const Part& part, const RecordView& message,
                                              std::string& out) const;
  std::expected<void, std::string> print_bytes(std::string_view what,
                                               const std::optional<std::string_view>& bytes,
                                               const std::optional<std::string>& pack,
                                               std::string& out) const;

  PrintOptions options_;
  std::vector<Part> parts_;
};

// The format that stands for -D and -K: as in kcat it has 63 bytes at most.
std::string delimited_format(const std::optional<std::string>& key_delimiter,
                             std::string_view delimiter);

// The envelope, without what ends it.
void print_message_json(const RecordView& message, BrokerId broker, std::string& out);
// A string of JSON, with its quotes. Bytes that are not UTF-8 are written as they are.
void append_json_text(std::string_view text, std::string& out);

}  // namespace weir::app::kcat
