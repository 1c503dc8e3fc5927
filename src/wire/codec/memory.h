#pragma once
// How the interpreter touches members of which it knows only offset and type. Everything goes
// through memcpy of the value types: Array<T> has the same layout for every T.

#include <cstddef>
#include <cstring>

#include "wire/codec/descriptor.h"
#include "wire/codec/value.h"

namespace weir::wire::codec_detail {

using AnyArray = Array<std::byte>;  // size() counts elements, not bytes
static_assert(sizeof(AnyArray) == sizeof(Array<UnknownTag>));

template <class T>
inline T load(const void* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}
template <class T>
inline void store(void* to, const T& value) {
  std::memcpy(to, &value, sizeof(T));
}

// Bytes of a scalar, on the wire and in memory; 0 for the others.
constexpr std::size_t scalar_size(OpCode code) {
  switch (code) {
    case OpCode::boolean:
    case OpCode::int8:
      return 1;
    case OpCode::int16:
    case OpCode::uint16:
      return 2;
    case OpCode::int32:
    case OpCode::uint32:
      return 4;
    case OpCode::int64:
    case OpCode::float64:
      return 8;
    case OpCode::uuid:
      return 16;
    default:
      return 0;
  }
}

inline constexpr std::size_t max_string_size = 0x7FFF;

// Whether a member has its default value. Structs are compared field by field.
bool is_default(const MessageDescriptor& message, const FieldInfo& field, const std::byte* member,
                const std::byte* default_member);

}  // namespace weir::wire::codec_detail
