#pragma once
// What the interpreter (decode.cc, encode.cc, json.cc) knows of a message. The tables are generated
// at build time (src/wire/generator/tables.py): for each struct and each set of versions that look
// alike there is one Plan, so that nothing here asks for a version while it works.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace weir::wire {

enum class OpCode : std::uint8_t {
  boolean,
  int8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  float64,
  uuid,
  string,
  bytes,
  records,
  structure,  // a struct in place
  pointer,    // a nullable struct: one byte before it, where the version allows null
  array,      // of `element`: a scalar, string or bytes
  struct_array,
};

inline constexpr std::uint8_t op_nullable = 1;  // null is allowed
inline constexpr std::uint8_t op_compact = 2;   // length + 1 as a varint (KIP-482)
inline constexpr std::uint8_t op_tagged = 4;    // stands in the tag section

// One field as one version carries it.
struct Op {
  OpCode code;
  OpCode element;        // of an array
  std::uint8_t flags;    // op_...
  std::uint8_t tag;      // when it stands in the tag section
  std::uint16_t offset;  // of the member in its struct
  std::uint16_t field;   // index into fields
  std::uint16_t plan;    // of the struct: index into plans
};

// A struct in one set of versions. (first, count) pairs are ranges of ops.
struct Plan {
  std::uint16_t structure;             // index into structs
  bool flexible;                       // has a tag section
  std::uint16_t steps, step_count;     // in wire order, without tagged fields
  std::uint16_t sized, sized_count;    // those steps whose size varies
  std::uint16_t tagged, tagged_count;  // ascending by tag
  std::uint16_t absent,
      absent_count;          // fields this version lacks and that may not be dropped silently
  std::uint16_t fixed_size;  // bytes of the steps whose size does not vary
  std::uint16_t min_size;    // the fewest bytes such a struct takes on the wire
};

// A field, in whatever version.
struct FieldInfo {
  const char* name;  // as in Kafka's JSON: "throttleTimeMs"
  OpCode code;
  OpCode element;
  std::int8_t tag;  // -1: none
  std::uint16_t offset;
  std::uint16_t structure;  // index into structs
};

inline constexpr std::uint16_t no_unknown_tags = 0xFFFF;

struct StructInfo {
  const char* name;
  const void* default_value;
  std::uint16_t size;
  std::uint16_t unknown_tags;  // offset of the member, or no_unknown_tags
  std::uint16_t first_field, field_count;
};

enum class MessageKind : std::uint8_t {
  request,
  response,
  header,
  data,
  metadata,
  coordinator_key,
  coordinator_value,
};
// The folder of the schema. Numbers are unique per family and kind.
enum class Family : std::uint8_t {
  rpc,
  metadata,
  group,
  share,
  transaction,
  raft,
  storage,
  streams
};

struct MessageDescriptor {
  const char* name;
  MessageKind kind;
  Family family;
  std::int16_t number;  // api key of a request, response or metadata record, type of a coordinator
                        // record; -1: none
  std::int16_t min_version;
  std::int16_t max_version;
  std::int16_t first_flexible;  // -1: never
  bool latest_version_unstable;

  const std::uint16_t* plan_of_version;  // from min_version on
  const Plan* plans;
  const Op* ops;
  const FieldInfo* fields;
  const StructInfo* structs;
  std::uint16_t root;  // index into structs

  bool has_version(std::int16_t version) const {
    return version >= min_version && version <= max_version;
  }
  const Plan& plan(std::int16_t version) const {
    return plans[plan_of_version[version - min_version]];
  }
  std::span<const Op> steps(const Plan& p) const { return {ops + p.steps, p.step_count}; }
  std::span<const Op> sized(const Plan& p) const { return {ops + p.sized, p.sized_count}; }
  std::span<const Op> tagged(const Plan& p) const { return {ops + p.tagged, p.tagged_count}; }
  std::span<const Op> absent(const Plan& p) const { return {ops + p.absent, p.absent_count}; }
  std::span<const FieldInfo> fields_of(const StructInfo& s) const {
    return {fields + s.first_field, s.field_count};
  }
};

// Every message that has a version, ordered by family and name.
std::span<const MessageDescriptor* const> all_messages();

// Null when there is none.
const MessageDescriptor* find_message(std::string_view name);
const MessageDescriptor* find_message(Family family, MessageKind kind, std::int16_t number);

}  // namespace weir::wire
