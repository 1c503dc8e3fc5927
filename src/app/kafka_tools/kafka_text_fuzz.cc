// Lines for kafka-console-producer, bytes for kafka-console-consumer, and text as Java reads it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "app/kafka_tools/java_text.h"
#include "app/kafka_tools/line_reader.h"
#include "app/kafka_tools/record_printer.h"
#include "base/check.h"

namespace {

using namespace weir::app;
using namespace weir::app::kafka;

std::vector<std::string> lines_in(std::string_view input, std::size_t piece) {
  LineSplitter splitter;
  std::vector<std::string> lines;
  const auto take_lines = [&] {
    while (const auto line = splitter.next()) lines.emplace_back(*line);
  };
  while (!input.empty()) {
    splitter.add(input.substr(0, piece));
    input.remove_prefix(std::min(piece, input.size()));
    take_lines();
  }
  splitter.end();
  take_lines();
  return lines;
}

Properties properties_of(std::uint8_t choices) {
  Properties properties;
  const auto flag = [&](int bit) { return (choices >> bit & 1) != 0 ? "true" : "false"; };
  properties.set("parse.key", flag(0));
  properties.set("parse.headers", flag(1));
  properties.set("ignore.error", flag(2));
  if ((choices & 8) != 0) properties.set("null.marker", "NULL");
  if ((choices & 16) != 0) properties.set("key.separator", "::");
  return properties;
}

void print_all(const RecordText& record) {
  Properties properties;
  for (const char* name : {"print.key", "print.headers", "print.timestamp", "print.offset"}) {
    properties.set(name, "true");
  }
  for (const char* deserializer : {"String", "Integer", "Long", "Short", "Boolean"}) {
    Properties one = properties;
    one.set("value.deserializer",
            std::string("org.apache.kafka.common.serialization.") + deserializer + "Deserializer");
    const auto printer =
        RecordPrinter::parse("org.apache.kafka.tools.consumer.DefaultMessageFormatter", one);
    CHECK(printer.has_value());
    RecordView view{.topic = "t"};
    view.key = record.key;
    view.value = record.value;
    for (const auto& [name, value] : record.headers) view.headers.emplace_back(name, value);
    std::string out;
    const auto printed = printer->print(view, out);
    CHECK(printed || out.empty(), "nothing is printed of what cannot be");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] >= 128) {
    static_cast<void>(parse_date_time(text));
    static_cast<void>(parse_duration(text));
    static_cast<void>(parse_int(text));
    static_cast<void>(parse_long(text));
    static_cast<void>(is_true(text));
    static_cast<void>(padded(text, 20));
    static_cast<void>(split(trimmed(text), ','));
    return 0;
  }
  const auto form = LineForm::parse(properties_of(data[0]));
  CHECK(form.has_value());
  const auto lines = lines_in(text, std::max<std::size_t>(text.size(), 1));
  CHECK(lines_in(text, 1 + data[0] % 3) == lines, "pieces do not matter");
  for (const auto& line : lines) {
    if (const auto record = form->read(line, 1)) print_all(*record);
  }
  return 0;
}
