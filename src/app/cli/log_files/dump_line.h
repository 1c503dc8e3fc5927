#pragma once
// One line of `weir log dump`: "batch base_offset=0 count=19 ..." or the same as a JSON object,
// {"file":"...","type":"batch","base_offset":0,"count":19,...}.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/ids.h"

namespace weir::app {

class DumpLine {
 public:
  // `file` is named in JSON only.
  DumpLine(bool as_json, std::string_view file, std::string_view type);

  DumpLine& number(std::string_view name, std::int64_t value);
  DumpLine& flag(std::string_view name, bool value);
  DumpLine& text(std::string_view name, std::string_view value);
  DumpLine& time(std::string_view name, TimestampMs value);  // a number in JSON
  DumpLine& json(std::string_view name, std::string_view value);
  // Bytes that are not UTF-8 are Base64 in JSON, in `name`_base64, and \xNN in text.
  DumpLine& bytes(std::string_view name, std::optional<Bytes> value);

  std::string take();  // with the end of the line

 private:
  void put(std::string_view name, std::string_view value);
  bool as_json_;
  std::string out_;
};

std::string json_string(std::string_view text);  // of UTF-8
// In quotation marks where it is empty or has a blank, a quotation mark or what does not print.
std::string shown_text(std::string_view bytes);

}  // namespace weir::app
