#include "wire/codec/memory.h"

namespace weir::wire::codec_detail {
namespace {

bool is_default_struct(const MessageDescriptor& message, const StructInfo& info,
                       const std::byte* from) {
  const auto* defaults = static_cast<const std::byte*>(info.default_value);
  for (const auto& field : message.fields_of(info)) {
    if (!is_default(message, field, from + field.offset, defaults + field.offset)) return false;
  }
  return info.unknown_tags == no_unknown_tags || load<AnyArray>(from + info.unknown_tags).empty();
}

}  // namespace

bool is_default(const MessageDescriptor& message, const FieldInfo& field, const std::byte* member,
                const std::byte* default_member) {
  switch (field.code) {
    case OpCode::string:
      return load<Str>(member) == load<Str>(default_member);
    case OpCode::bytes: {
      const auto blob = load<Blob>(member);
      return blob.is_null() == load<Blob>(default_member).is_null() && blob.empty();
    }
    case OpCode::records: {
      const auto records = load<Records>(member);
      return records.is_null() == load<Records>(default_member).is_null() && records.empty();
    }
    case OpCode::array:
    case OpCode::struct_array: {
      const auto array = load<AnyArray>(member);
      return array.is_null() == load<AnyArray>(default_member).is_null() && array.empty();
    }
    case OpCode::pointer: {
      const auto* target = load<const std::byte*>(member);
      const auto* default_target = load<const std::byte*>(default_member);
      if (target == nullptr || default_target == nullptr) return target == default_target;
      return is_default_struct(message, message.structs[field.structure], target);
    }
    case OpCode::structure:
      return is_default_struct(message, message.structs[field.structure], member);
    default:
      return std::memcmp(member, default_member, scalar_size(field.code)) == 0;
  }
}

}  // namespace weir::wire::codec_detail
