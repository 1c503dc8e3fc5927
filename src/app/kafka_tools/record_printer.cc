#include "app/kafka_tools/record_printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/kafka_tools/java_text.h"
#include "base/bytes.h"

namespace weir::app::kafka {
namespace {

constexpr std::string_view formatters = "org.apache.kafka.tools.consumer.";
constexpr std::string_view serialization = "org.apache.kafka.common.serialization.";

Ran<Deserializer> deserializer_named(std::string_view name) {
  struct Known {
    std::string_view name;
    Deserializer as;
  };
  static constexpr Known all[] = {
      {"StringDeserializer", Deserializer::string}, {"BooleanDeserializer", Deserializer::boolean},
      {"ShortDeserializer", Deserializer::int16},   {"IntegerDeserializer", Deserializer::int32},
      {"LongDeserializer", Deserializer::int64},    {"UUIDDeserializer", Deserializer::string}};
  std::string_view rest = name;
  if (rest.starts_with(serialization)) rest.remove_prefix(serialization.size());
  const auto* const found = std::ranges::find(all, rest, &Known::name);
  if (found != std::end(all) && rest != name) return found->as;
  return illegal_argument(
      fmt::format("{} is not supported: String-, Boolean-, Short-, Integer-, Long- and "
                  "UUIDDeserializer of {} are",
                  name, serialization.substr(0, serialization.size() - 1)));
}

std::unexpected<JavaError> serialization_error(std::string message) {
  return std::unexpected(
      JavaError("org.apache.kafka.common.errors.SerializationException", std::move(message)));
}

template <class Number>
Ran<std::string> number_text(std::string_view bytes, std::string_view name) {
  if (bytes.size() != sizeof(Number)) {
    return serialization_error(
        fmt::format("Size of data received by {}Deserializer is not {}", name, sizeof(Number)));
  }
  return fmt::format("{}", load_be<Number>(as_bytes(bytes).data()));
}

}  // namespace

Ran<RecordPrinter> RecordPrinter::parse(std::string_view formatter, const Properties& properties) {
  RecordPrinter printer;
  std::string_view name = formatter;
  if (name.starts_with(formatters)) name.remove_prefix(formatters.size());
  printer.prints_nothing_ = name == "NoOpMessageFormatter";
  if (!printer.prints_nothing_ && name != "DefaultMessageFormatter") {
    return illegal_argument(fmt::format(
        "{} is not supported: DefaultMessageFormatter and NoOpMessageFormatter of {} are",
        formatter, formatters.substr(0, formatters.size() - 1)));
  }
  for (const Properties::Entry& entry : properties.entries()) TRY(printer.set(entry));
  return printer;
}

Ran<> RecordPrinter::set(const Properties::Entry& entry) {
  struct Choice {
    std::string_view name;
    bool* into;
  };
  struct Text {
    std::string_view name;
    std::string* into;
  };
  struct Class {
    std::string_view name;
    Deserializer* into;
  };
  const Choice choices[] = {{"print.timestamp", &timestamp_},
                            {"print.partition", &partition_},
                            {"print.offset", &offset_},
                            {"print.delivery", &delivery_},
                            {"print.epoch", &epoch_},
                            {"print.headers", &headers_},
                            {"print.key", &key_},
                            {"print.value", &value_}};
  const Text texts[] = {{"key.separator", &key_separator_},
                        {"line.separator", &line_separator_},
                        {"headers.separator", &headers_separator_},
                        {"null.literal", &null_literal_}};
  const Class classes[] = {{"key.deserializer", &key_as_},
                           {"value.deserializer", &value_as_},
                           {"headers.deserializer", &headers_as_}};
  if (const auto* const choice = std::ranges::find(choices, entry.name, &Choice::name);
      choice != std::end(choices)) {
    *choice->into = is_true(entry.value);
    return {};
  }
  if (const auto* const text = std::ranges::find(texts, entry.name, &Text::name);
      text != std::end(texts)) {
    *text->into = entry.value;
    return {};
  }
  if (const auto* const of = std::ranges::find(classes, entry.name, &Class::name);
      of != std::end(classes)) {
    TRY_ASSIGN(*of->into, deserializer_named(entry.value));
    return {};
  }
  return illegal_argument(
      fmt::format("{}: {}: no such property of a formatter", entry.from, entry.name));
}

Ran<> RecordPrinter::print(const RecordView& record, std::string& out) const {
  if (prints_nothing_) return {};
  std::string line;
  const std::string_view time_name = record.is_log_append_time ? "LogAppendTime" : "CreateTime";
  bool is_first = true;
  const auto column = [&](bool shown) {
    if (shown && !std::exchange(is_first, false)) line += key_separator_;
    return shown;
  };
  if (column(timestamp_)) {
    line += record.timestamp == no_timestamp ? "NO_TIMESTAMP"
                                             : fmt::format("{}:{}", time_name, record.timestamp);
  }
  if (column(partition_)) line += fmt::format("Partition:{}", record.partition);
  if (column(offset_)) line += fmt::format("Offset:{}", record.offset);
  // Of share groups, and what Kafka's tool does not pass on.
  if (column(delivery_)) line += "Delivery:NOT_PRESENT";
  if (column(epoch_)) line += "Epoch:NOT_PRESENT";
  if (column(headers_)) TRY(print_headers(record, line));
  if (column(key_)) TRY(print_bytes(record.key, key_as_, line));
  if (column(value_)) TRY(print_bytes(record.value, value_as_, line));
  if (!is_first) out += line + line_separator_;
  return {};
}

Ran<> RecordPrinter::print_headers(const RecordView& record, std::string& out) const {
  if (record.headers.empty()) out += "NO_HEADERS";
  bool is_first = true;
  for (const auto& [name, value] : record.headers) {
    if (!std::exchange(is_first, false)) out += headers_separator_;
    out += fmt::format("{}:", name);
    TRY(print_bytes(value, headers_as_, out));
  }
  return {};
}

Ran<> RecordPrinter::print_bytes(std::optional<std::string_view> bytes, Deserializer as,
                                 std::string& out) const {
  // Java's formatter deserializes the literal for null, too.
  const std::string_view text = bytes.value_or(null_literal_);
  Ran<std::string> number;
  switch (as) {
    case Deserializer::string:
      out += text;
      return {};
    case Deserializer::boolean:
      if (text.size() != 1) {
        return serialization_error("Size of data received by BooleanDeserializer is not 1");
      }
      if (text[0] != 0 && text[0] != 1) {
        return serialization_error(
            fmt::format("Unexpected byte received by BooleanDeserializer: {}", int{text[0]}));
      }
      out += text[0] == 1 ? "true" : "false";
      return {};
    case Deserializer::int16:
      number = number_text<std::int16_t>(text, "Short");
      break;
    case Deserializer::int32:
      number = number_text<std::int32_t>(text, "Integer");
      break;
    case Deserializer::int64:
      number = number_text<std::int64_t>(text, "Long");
      break;
  }
  if (!number) return std::unexpected(number.error());
  out += *number;
  return {};
}

}  // namespace weir::app::kafka
