#include "app/cli/log_files/message_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>

#include "base/check.h"
#include "wire/codec/codec.h"
#include "wire/coordinator_record.h"
#include "wire/message/group_metadata_value.h"
#include "wire/metadata_record.h"
#include "wire/record/control_record.h"

namespace weir::app {
namespace {

struct ControlKind {
  wire::ControlType type;
  std::string_view name;
  std::string_view message;
};
constexpr std::array<ControlKind, 7> control_kinds{{
    {wire::ControlType::abort, "ABORT", ""},
    {wire::ControlType::commit, "COMMIT", ""},
    {wire::ControlType::leader_change, "LEADER_CHANGE", "LeaderChangeMessage"},
    {wire::ControlType::snapshot_header, "SNAPSHOT_HEADER", "SnapshotHeaderRecord"},
    {wire::ControlType::snapshot_footer, "SNAPSHOT_FOOTER", "SnapshotFooterRecord"},
    {wire::ControlType::kraft_version, "KRAFT_VERSION", "KRaftVersionRecord"},
    {wire::ControlType::kraft_voters, "KRAFT_VOTERS", "VotersRecord"},
}};

wire::Family family_of(RecordKind kind) {
  if (kind == RecordKind::transactions) return wire::Family::transaction;
  if (kind == RecordKind::share_state) return wire::Family::share;
  return wire::Family::group;
}

std::unexpected<Error> unreadable(std::string_view what, std::int16_t version, const Error& why) {
  return fail(why.code, fmt::format("the {} (version {}): {}", what, version, why.what));
}

// Members' subscriptions and assignments are messages of their own, in the bytes of a field: where
// they can be read, their JSON takes the place of "field":"<base64>". No string of the JSON can
// hold that text, as a quotation mark within a string is escaped.
void open_field(std::string& json, std::size_t& from, std::string_view field, Bytes bytes,
                std::string_view message) {
  const std::string name = fmt::format("\"{}\":\"", field);
  const std::size_t begin = json.find(name, from);
  if (begin == json.npos) return;
  const std::size_t value = begin + name.size() - 1;
  const std::size_t end = json.find('"', value + 1) + 1;
  from = end;
  if (bytes.size() < sizeof(std::int16_t)) return;
  const auto version = load_be<std::int16_t>(bytes.data());
  const wire::MessageDescriptor* descriptor = wire::find_message(message);
  CHECK(descriptor != nullptr, message);
  const auto opened = message_json(*descriptor, bytes.subspan(sizeof(version)), version);
  if (!opened) return;
  json.replace(value, end - value, opened->json);
  from = value + opened->json.size();
}

Result<std::string> group_value_json(Bytes body, std::int16_t version) {
  wire::Arena arena;
  wire::GroupMetadataValue group;
  TRY(wire::decode(group, body, version, arena));
  std::string json = wire::to_json(group, version);
  if (group.protocol_type.view() != "consumer") return json;
  std::size_t from = 0;
  for (const auto& member : group.members) {
    open_field(json, from, "subscription", member.subscription, "ConsumerProtocolSubscription");
    open_field(json, from, "assignment", member.assignment, "ConsumerProtocolAssignment");
  }
  return json;
}

Result<std::string> coordinator_value_json(const wire::MessageDescriptor& message, Bytes body,
                                           std::int16_t version) {
  if (std::string_view(message.name) == "GroupMetadataValue") {
    return group_value_json(body, version);
  }
  TRY_ASSIGN(auto read, message_json(message, body, version));
  return std::move(read.json);
}

Result<RecordJson> coordinator_record_json(RecordKind kind, const wire::Record& record) {
  if (record.key.is_null()) return fail(Errc::not_found, "a record without a key");
  const auto key = wire::read_prefixed(record.key);
  if (!key) return fail(Errc::corrupt, "the key has no version");
  const auto* key_message = wire::find_coordinator_key(family_of(kind), key->prefix);
  const auto* value_message = wire::find_coordinator_value(family_of(kind), key->prefix);
  if (!key_message || !value_message) {
    return fail(Errc::out_of_range, "a type of record that is not known",
                static_cast<std::uint16_t>(key->prefix));
  }
  const auto key_json = message_json(*key_message, key->body, 0);
  if (!key_json) return unreadable("key", 0, key_json.error());
  RecordJson json;
  json.key = fmt::format(R"({{"type":"{}","data":{}}})", key->prefix, key_json->json);
  if (record.value.is_null()) return json;
  const auto value = wire::read_prefixed(record.value);
  if (!value) return fail(Errc::corrupt, "the value has no version");
  const auto value_json = coordinator_value_json(*value_message, value->body, value->prefix);
  if (!value_json) return unreadable("value", value->prefix, value_json.error());
  json.value = fmt::format(R"({{"version":"{}","data":{}}})", value->prefix, *value_json);
  return json;
}

Result<RecordJson> metadata_record_json(const wire::Record& record) {
  if (record.value.is_null()) return fail(Errc::corrupt, "a metadata record without a value");
  TRY_ASSIGN(const auto head, wire::read_metadata_record(record.value));
  const auto* message = wire::find_metadata_record(head.api_key);
  if (!message)
    return fail(Errc::corrupt, fmt::format("no metadata record has the number {}", head.api_key));
  TRY_ASSIGN(const auto read, message_json(*message, head.body, head.version));
  if (read.used != head.body.size()) {
    return fail(Errc::corrupt, fmt::format("{} bytes are left over behind a {}",
                                           head.body.size() - read.used, message->name));
  }
  RecordJson json;
  json.value = fmt::format(R"({{"type":"{}","version":{},"data":{}}})",
                           constant_name(message->name), head.version, read.json);
  return json;
}

}  // namespace

Result<MessageJson> message_json(const wire::MessageDescriptor& message, Bytes bytes,
                                 std::int16_t version) {
  const auto& root = message.structs[message.root];
  const auto memory =
      std::make_unique<std::max_align_t[]>(root.size / sizeof(std::max_align_t) + 1);
  std::memcpy(memory.get(), root.default_value, root.size);
  wire::Arena arena;
  TRY_ASSIGN(const auto used,
             wire::codec_detail::decode(memory.get(), message, bytes, version, arena));
  return MessageJson{wire::codec_detail::to_json(memory.get(), message, version), used};
}

Result<RecordJson> record_json(RecordKind kind, const wire::Record& record) {
  CHECK(kind != RecordKind::plain, "plain records have no structure");
  if (kind == RecordKind::cluster_metadata) return metadata_record_json(record);
  return coordinator_record_json(kind, record);
}

Result<ControlJson> control_json(const wire::Record& record) {
  TRY_ASSIGN(const auto type, wire::parse_control_key(record.key));
  ControlJson control{.type = static_cast<std::int16_t>(type)};
  const auto kind = std::ranges::find(control_kinds, type, &ControlKind::type);
  if (kind == control_kinds.end()) {
    control.name = "UNKNOWN";
    return control;
  }
  control.name = kind->name;
  if (kind->message.empty()) {
    TRY_ASSIGN(const auto marker, wire::parse_end_txn_marker(record));
    control.coordinator_epoch = marker.coordinator_epoch;
    return control;
  }
  const wire::MessageDescriptor* message = wire::find_message(kind->message);
  CHECK(message != nullptr, kind->message);
  if (record.value.size() < sizeof(std::int16_t)) {
    return fail(Errc::corrupt, "a control record that was cut short");
  }
  // The message's first field is its version; of later ones the front is read, as Kafka does.
  const auto version = std::clamp(load_be<std::int16_t>(record.value.view().data()),
                                  message->min_version, message->max_version);
  TRY_ASSIGN(auto read, message_json(*message, record.value, version));
  control.json = std::move(read.json);
  return control;
}

std::string constant_name(std::string_view camel) {
  std::string name;
  for (const char c : camel) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    if (is_upper && !name.empty()) name += '_';
    name += is_upper || c < 'a' || c > 'z' ? c : static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

}  // namespace weir::app
