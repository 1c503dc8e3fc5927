#include "app/cli/text/record_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/cli/text/base64.h"

namespace weir::app {
namespace {

using Json = nlohmann::ordered_json;

void put_bytes(Json& to, const std::string& name, std::optional<std::string_view> bytes) {
  if (!bytes) {
    to[name] = nullptr;
  } else if (is_utf8(*bytes)) {
    to[name] = *bytes;
  } else {
    to[name + "_base64"] = to_base64(*bytes);
  }
}

void put_headers(Json& to, const RecordView& record) {
  const bool is_text = std::ranges::all_of(
      record.headers, [](const auto& header) { return is_utf8(header.second.value_or("")); });
  Json& headers = to[is_text ? "headers" : "headers_base64"] = Json::array();
  for (const auto& [name, value] : record.headers) {
    headers.push_back(std::string(name));  // what is no UTF-8 in it is replaced, as by Java
    if (!value) {
      headers.push_back(nullptr);
    } else {
      headers.push_back(is_text ? std::string(*value) : to_base64(*value));
    }
  }
}

std::unexpected<Error> json_mistake(std::string what) {
  return fail(Errc::invalid, std::move(what));
}

Result<std::optional<std::string>> bytes_of(const Json& json, std::string_view name, bool base64) {
  if (json.is_null()) return std::optional<std::string>();
  if (!json.is_string()) return json_mistake(fmt::format("'{}' is neither text nor null", name));
  const auto& text = json.get_ref<const std::string&>();
  if (!base64) return std::optional(text);
  auto bytes = from_base64(text);
  if (!bytes) return json_mistake(fmt::format("'{}' is not Base64", name));
  return bytes;
}

Result<> read_headers(const Json& json, std::string_view name, bool base64, RecordText& record) {
  if (!json.is_array() || json.size() % 2 != 0) {
    return json_mistake(fmt::format("'{}' is no list of names and values", name));
  }
  for (std::size_t i = 0; i < json.size(); i += 2) {
    if (!json[i].is_string()) return json_mistake(fmt::format("a name in '{}' is no text", name));
    TRY_ASSIGN(auto value, bytes_of(json[i + 1], name, base64));
    record.headers.emplace_back(json[i].get<std::string>(), std::move(value));
  }
  return {};
}

template <class Number>
Result<Number> number_of(const Json& json, std::string_view name) {
  if (!json.is_number_integer()) return json_mistake(fmt::format("'{}' is no integer", name));
  const auto value = json.get<std::int64_t>();
  const bool has_wrapped = json.is_number_unsigned() && value < 0;
  if (has_wrapped || value != static_cast<Number>(value))
    return json_mistake(fmt::format("'{}' is too large", name));
  return static_cast<Number>(value);
}

Result<> assign(const std::string& name, const Json& json, RecordText& record) {
  if (name == "key" || name == "key_base64") {
    TRY_ASSIGN(record.key, bytes_of(json, name, name == "key_base64"));
  } else if (name == "payload" || name == "payload_base64" || name == "value") {
    TRY_ASSIGN(record.value, bytes_of(json, name, name == "payload_base64"));
  } else if (name == "headers" || name == "headers_base64") {
    TRY(read_headers(json, name, name == "headers_base64", record));
  } else if (name == "topic") {
    TRY_ASSIGN(record.topic, bytes_of(json, name, false));
  } else if (name == "partition") {
    TRY_ASSIGN(record.partition, number_of<PartitionIndex>(json, name));
  } else if (name == "ts") {
    TRY_ASSIGN(record.timestamp, number_of<TimestampMs>(json, name));
  } else if (name != "offset" && name != "tstype" && name != "broker") {
    return json_mistake(fmt::format("'{}' is no field of a record", name));
  }
  return {};
}

}  // namespace

void print_record_json(const RecordView& record, std::string& out) {
  Json json;
  json["topic"] = record.topic;
  json["partition"] = record.partition;
  json["offset"] = record.offset;
  json["tstype"] = record.is_log_append_time ? "logappend" : "create";
  json["ts"] = record.timestamp;
  put_headers(json, record);
  put_bytes(json, "key", record.key);
  put_bytes(json, "payload", record.value);
  // A broker's name for a topic may be no text.
  out += json.dump(-1, ' ', false, Json::error_handler_t::replace);
  out += '\n';
}

Result<RecordText> read_record_json(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (json.is_discarded()) return json_mistake("not JSON");
  if (!json.is_object()) return json_mistake("not a JSON object");
  RecordText record;
  for (const auto& [name, value] : json.items()) TRY(assign(name, value, record));
  return record;
}

}  // namespace weir::app
