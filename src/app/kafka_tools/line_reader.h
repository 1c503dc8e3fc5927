#pragma once
// How kafka-console-producer makes records of lines (Kafka's LineMessageReader): a line is
//
//   [HEADERS headers.delimiter] [KEY key.separator] VALUE
//
// with HEADERS as NAME headers.key.separator VALUE, and headers.separator between them. Pure.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "app/cli/text/record_format.h"
#include "app/kafka_tools/client_properties.h"

namespace weir::app::kafka {

class LineForm {
 public:
  // From parse.key, key.separator, ... Error: org.apache.kafka.common.KafkaException where two
  // separators are the same; a property that nobody knows, and a headers.separator that Java would
  // take for a regular expression.
  static Ran<LineForm> parse(const Properties& properties);

  // `number` of the line counts from 1, for messages. Error: a separator is missing.
  Ran<RecordText> read(std::string_view line, std::size_t number) const;

 private:
  Ran<std::optional<std::string_view>> field(std::string_view& rest, std::string_view line,
                                             std::string_view separator, std::string_view name,
                                             std::size_t number) const;
  Ran<> read_headers(std::string_view headers, std::size_t number, RecordText& record) const;
  bool is_null(std::string_view text) const { return null_marker_ && text == *null_marker_; }

  bool has_key_ = false, has_headers_ = false, ignores_errors_ = false;
  std::string key_separator_ = "\t", headers_delimiter_ = "\t";
  std::string headers_separator_ = ",", headers_key_separator_ = ":";
  std::optional<std::string> null_marker_;
};

// Lines out of pieces of any size, as Java's BufferedReader finds them: they end with \n, \r or
// \r\n, the last one with the text.
class LineSplitter {
 public:
  void add(std::string_view bytes) { buffer_ += bytes; }
  void end() { ended_ = true; }
  // Valid until the next call. Nothing: more input is needed, or there is none.
  std::optional<std::string_view> next();

 private:
  std::string buffer_;
  std::size_t taken_ = 0;
  bool ended_ = false;
  bool skips_newline_ = false;  // the last line ended with \r
};

}  // namespace weir::app::kafka
