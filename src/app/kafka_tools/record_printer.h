#pragma once
// How kafka-console-consumer prints records: Kafka's DefaultMessageFormatter
// and NoOpMessageFormatter. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "app/cli/text/record_format.h"
#include "app/kafka_tools/client_properties.h"

namespace weir::app::kafka {

// What bytes are taken for before they are printed: as a class of
// org.apache.kafka.common.serialization does.
enum class Deserializer : std::uint8_t { string, boolean, int16, int32, int64 };

class RecordPrinter {
 public:
  // print.key, key.separator, ... Error: a property or a deserializer that nobody knows.
  static Ran<RecordPrinter> parse(std::string_view formatter, const Properties& properties);

  // Error: org.apache.kafka.common.errors.SerializationException; nothing was added to `out`.
  Ran<> print(const RecordView& record, std::string& out) const;

 private:
  Ran<> set(const Properties::Entry& entry);
  Ran<> print_headers(const RecordView& record, std::string& out) const;
  Ran<> print_bytes(std::optional<std::string_view> bytes, Deserializer as, std::string& out) const;

  bool prints_nothing_ = false;
  bool timestamp_ = false, partition_ = false, offset_ = false, delivery_ = false, epoch_ = false;
  bool headers_ = false, key_ = false, value_ = true;
  std::string key_separator_ = "\t", line_separator_ = "\n", headers_separator_ = ",";
  std::string null_literal_ = "null";
  Deserializer key_as_ = Deserializer::string, value_as_ = Deserializer::string,
               headers_as_ = Deserializer::string;
};

}  // namespace weir::app::kafka
