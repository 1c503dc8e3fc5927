// Encoding by plans, in two passes. Sizer checks everything that can be wrong and notes the size of
// each tagged field in the order of encounter; Writer meets them in the same order and cannot fail.

#include <limits>
#include <string>
#include <vector>

#include "base/check.h"
#include "wire/codec/codec.h"
#include "wire/codec/descriptor.h"
#include "wire/codec/memory.h"
#include "wire/varint.h"

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

namespace {

bool has_default(const MessageDescriptor& message, const Plan& plan, const Op& op,
                 const std::byte* from) {
  const auto* defaults =
      static_cast<const std::byte*>(message.structs[plan.structure].default_value);
  return is_default(message, message.fields[op.field], from + op.offset, defaults + op.offset);
}

std::size_t length_size(std::uint8_t flags, std::size_t length, std::size_t legacy) {
  return flags & op_compact ? unsigned_varint_size(length + 1) : legacy;
}

class Sizer {
 public:
  explicit Sizer(const MessageDescriptor& message) : message_(message) {}

  bool structure(const Plan& plan, const std::byte* from, std::size_t& total) {
    total += plan.fixed_size;
    for (const auto& op : message_.sized(plan)) {
      if (!field(op, from + op.offset, total)) return false;
    }
    for (const auto& op : message_.absent(plan)) {
      if (!has_default(message_, plan, op, from))
        return bad("is set, but this version has no such field", op);
    }
    if (plan.flexible) return tags(plan, from, total);
    const auto unknown = message_.structs[plan.structure].unknown_tags;
    if (unknown != no_unknown_tags && !load<AnyArray>(from + unknown).empty())
      return bad("has tagged fields, but this version has none");
    return true;
  }

  const std::vector<std::uint32_t>& tag_sizes() const { return tag_sizes_; }
  std::size_t external() const { return external_; }

  Error error() const {
    std::string what = message_.name;
    if (failed_field_) what.append(".").append(failed_field_);
    return {Errc::invalid, what.append(" ").append(reason_)};
  }

 private:
  bool bad(const char* reason) {
    if (!reason_) reason_ = reason;
    return false;
  }
  bool bad(const char* reason, const Op& op) {
    if (!failed_field_) failed_field_ = message_.fields[op.field].name;
    return bad(reason);
  }
  bool null(const Op& op, std::uint8_t flags, std::size_t legacy, std::size_t& total) {
    if (!(flags & op_nullable)) return bad("is null where it may not be", op);
    total += flags & op_compact ? 1 : legacy;
    return true;
  }

  bool field(const Op& op, const std::byte* member, std::size_t& total) {
    switch (op.code) {
      case OpCode::string:
        return string(op, op.flags, load<Str>(member), total);
      case OpCode::bytes:
        return bytes(op, op.flags, load<Blob>(member), total);
      case OpCode::records: {
        const auto records = load<Records>(member);
        if (records.is_external()) external_ += records.size();
        return bytes(op, op.flags, records, total);
      }
      case OpCode::structure:
        return structure(message_.plans[op.plan], member, total);
      case OpCode::pointer: {
        const auto* target = load<const std::byte*>(member);
        if (!target && !(op.flags & op_nullable)) return bad("is null where it may not be", op);
        if (op.flags & op_nullable) total += 1;
        return !target || structure(message_.plans[op.plan], target, total);
      }
      case OpCode::array:
      case OpCode::struct_array:
        return array(op, load<AnyArray>(member), total);
      default:
        total += scalar_size(op.code);
        return true;
    }
  }

  bool string(const Op& op, std::uint8_t flags, Str text, std::size_t& total) {
    if (text.is_null()) return null(op, flags, 2, total);
    if (text.size() > max_string_size) return bad("is longer than a string may be", op);
    total += length_size(flags, text.size(), 2) + text.size();
    return true;
  }

  template <class T>
  bool bytes(const Op& op, std::uint8_t flags, const T& value, std::size_t& total) {
    if (value.is_null()) return null(op, flags, 4, total);
    total += length_size(flags, value.size(), 4) + value.size();
    return true;
  }

  bool array(const Op& op, AnyArray elements, std::size_t& total) {
    if (elements.is_null()) return null(op, op.flags, 4, total);
    const auto number = elements.size();
    total += length_size(op.flags, number, 4);
    const auto* data = elements.data();
    if (op.code == OpCode::struct_array) {
      const auto& plan = message_.plans[op.plan];
      const auto size = message_.structs[plan.structure].size;
      for (std::size_t i = 0; i < number; ++i) {
        if (!structure(plan, data + i * size, total)) return false;
      }
      return true;
    }
    const std::uint8_t flags = op.flags & op_compact;  // elements are never null
    if (op.element == OpCode::string) {
      for (std::size_t i = 0; i < number; ++i) {
        if (!string(op, flags, load<Str>(data + i * sizeof(Str)), total)) return false;
      }
    } else if (op.element == OpCode::bytes) {
      for (std::size_t i = 0; i < number; ++i) {
        if (!bytes(op, flags, load<Blob>(data + i * sizeof(Blob)), total)) return false;
      }
    } else {
      total += number * scalar_size(op.element);
    }
    return true;
  }

  bool tags(const Plan& plan, const std::byte* from, std::size_t& total) {
    std::size_t number = 0;
    for (const auto& op : message_.tagged(plan)) {
      if (has_default(message_, plan, op, from)) continue;
      ++number;
      const auto slot = tag_sizes_.size();
      tag_sizes_.push_back(0);
      std::size_t size = 0;
      if (!field(op, from + op.offset, size)) return false;
      if (size > std::numeric_limits<std::int32_t>::max()) return bad("is too large", op);
      tag_sizes_[slot] = static_cast<std::uint32_t>(size);
      total += unsigned_varint_size(std::uint32_t{op.tag}) + unsigned_varint_size(size) + size;
    }
    const auto& info = message_.structs[plan.structure];
    const auto unknown = load<Array<UnknownTag>>(from + info.unknown_tags);
    if (!unknown.empty() && !unknown_tags(info, unknown, total)) return false;
    total += unsigned_varint_size(number + unknown.size());
    return true;
  }

  // They come after the known ones (whose tags are 0, 1, 2...), in ascending order.
  bool unknown_tags(const StructInfo& info, Array<UnknownTag> unknown, std::size_t& total) {
    std::int64_t last = -1;
    for (const auto& field : message_.fields_of(info))
      last = std::max<std::int64_t>(last, field.tag);
    for (const auto& tag : unknown) {
      if (tag.tag <= last) return bad("has unknown tags that are known or not ascending");
      last = tag.tag;
      total +=
          unsigned_varint_size(tag.tag) + unsigned_varint_size(tag.value.size()) + tag.value.size();
    }
    return true;
  }

  const MessageDescriptor& message_;
  std::vector<std::uint32_t> tag_sizes_;
  std::size_t external_ = 0;
  const char* failed_field_ = nullptr;
  const char* reason_ = nullptr;
};

class Writer {
 public:
  Writer(const MessageDescriptor& message, const std::vector<std::uint32_t>& tag_sizes,
         std::byte* to, std::size_t position, Output& output)
      : message_(message),
        next_tag_size_(tag_sizes.data()),
        at_(to),
        begin_(to),
        position_(position),
        output_(output) {}

  void structure(const Plan& plan, const std::byte* from) {
    for (const auto& op : message_.steps(plan)) field(op, from + op.offset);
    if (plan.flexible) tags(plan, from);
  }

  const std::byte* at() const { return at_; }

 private:
  template <class T>
  void scalar(const std::byte* member) {
    store_be(at_, load<T>(member));
    at_ += sizeof(T);
  }
  void raw(const void* data, std::size_t size) {
    if (size != 0) std::memcpy(at_, data, size);
    at_ += size;
  }
  template <class Legacy>
  void length(std::uint8_t flags, bool is_null, std::size_t size) {
    if (flags & op_compact) {
      at_ = write_unsigned_varint(at_, is_null ? std::size_t{0} : size + 1);
    } else {
      store_be(at_, is_null ? Legacy{-1} : static_cast<Legacy>(size));
      at_ += sizeof(Legacy);
    }
  }

  void scalar_of(OpCode code, const std::byte* member) {
    switch (scalar_size(code)) {
      case 1:
        *at_++ = *member;
        break;
      case 2:
        scalar<std::uint16_t>(member);
        break;
      case 4:
        scalar<std::uint32_t>(member);
        break;
      case 8:
        scalar<std::uint64_t>(member);
        break;
      default:
        scalar<std::uint64_t>(member);
        scalar<std::uint64_t>(member + 8);
    }
  }

  void field(const Op& op, const std::byte* member) {
    switch (op.code) {
      case OpCode::string:
        string(op.flags, load<Str>(member));
        break;
      case OpCode::bytes:
        bytes(op.flags, load<Blob>(member));
        break;
      case OpCode::records:
        records(op.flags, load<Records>(member));
        break;
      case OpCode::structure:
        structure(message_.plans[op.plan], member);
        break;
      case OpCode::pointer: {
        const auto* target = load<const std::byte*>(member);
        if (op.flags & op_nullable) {
          const std::byte absent{static_cast<std::uint8_t>(op.flags & op_tagged ? 0 : 0xFF)};
          *at_++ = target ? std::byte{1} : absent;
        }
        if (target) structure(message_.plans[op.plan], target);
        break;
      }
      case OpCode::array:
      case OpCode::struct_array:
        array(op, load<AnyArray>(member));
        break;
      default:
        scalar_of(op.code, member);
    }
  }

  void string(std::uint8_t flags, Str text) {
    length<std::int16_t>(flags, text.is_null(), text.size());
    raw(text.view().data(), text.size());
  }
  void bytes(std::uint8_t flags, const Blob& blob) {
    length<std::int32_t>(flags, blob.is_null(), blob.size());
    raw(blob.view().data(), blob.size());
  }
  void records(std::uint8_t flags, const Records& records) {
    length<std::int32_t>(flags, records.is_null(), records.size());
    if (!records.is_external()) {
      raw(records.view().data(), records.size());
    } else if (records.size() != 0) {
      output_.add_gap(position_ + static_cast<std::size_t>(at_ - begin_),
                      static_cast<std::uint32_t>(records.size()));
    }
  }

  void array(const Op& op, AnyArray elements) {
    length<std::int32_t>(op.flags, elements.is_null(), elements.size());
    const auto number = elements.size();
    const auto* data = elements.data();
    if (op.code == OpCode::struct_array) {
      const auto& plan = message_.plans[op.plan];
      const auto size = message_.structs[plan.structure].size;
      for (std::size_t i = 0; i < number; ++i) structure(plan, data + i * size);
      return;
    }
    const std::uint8_t flags = op.flags & op_compact;
    switch (op.element) {
      case OpCode::string:
        for (std::size_t i = 0; i < number; ++i) string(flags, load<Str>(data + i * sizeof(Str)));
        break;
      case OpCode::bytes:
        for (std::size_t i = 0; i < number; ++i) bytes(flags, load<Blob>(data + i * sizeof(Blob)));
        break;
      default: {
        const auto size = scalar_size(op.element);
        for (std::size_t i = 0; i < number; ++i) scalar_of(op.element, data + i * size);
      }
    }
  }

  void tags(const Plan& plan, const std::byte* from) {
    std::size_t number = 0;
    for (const auto& op : message_.tagged(plan)) number += !has_default(message_, plan, op, from);
    const auto unknown =
        load<Array<UnknownTag>>(from + message_.structs[plan.structure].unknown_tags);
    at_ = write_unsigned_varint(at_, number + unknown.size());
    if (number != 0) {
      for (const auto& op : message_.tagged(plan)) {
        if (has_default(message_, plan, op, from)) continue;
        at_ = write_unsigned_varint(at_, std::uint32_t{op.tag});
        at_ = write_unsigned_varint(at_, *next_tag_size_++);
        field(op, from + op.offset);
      }
    }
    for (const auto& tag : unknown) {
      at_ = write_unsigned_varint(at_, tag.tag);
      at_ = write_unsigned_varint(at_, tag.value.size());
      raw(tag.value.view().data(), tag.value.size());
    }
  }

  const MessageDescriptor& message_;
  const std::uint32_t* next_tag_size_;
  std::byte* at_;
  std::byte* begin_;
  std::size_t position_;  // of begin_ in the output
  Output& output_;
};

Result<std::size_t> sized(Sizer& sizer, const void* message, const MessageDescriptor& descriptor,
                          std::int16_t version) {
  if (!descriptor.has_version(version)) {
    return fail(Errc::unsupported,
                std::string(descriptor.name) + " has no version " + std::to_string(version));
  }
  std::size_t total = 0;
  if (!sizer.structure(descriptor.plan(version), static_cast<const std::byte*>(message), total)) {
    return std::unexpected(sizer.error());
  }
  if (total > std::numeric_limits<std::int32_t>::max()) {
    return fail(Errc::too_large, std::string(descriptor.name) + " is larger than a frame may be",
                total);
  }
  return total;
}

}  // namespace

Result<std::size_t> encoded_size(const void* message, const MessageDescriptor& descriptor,
                                 std::int16_t version) {
  Sizer sizer(descriptor);
  return sized(sizer, message, descriptor, version);
}

Result<> encode(const void* message, const MessageDescriptor& descriptor, std::int16_t version,
                Output& output) {
  Sizer sizer(descriptor);
  TRY_ASSIGN(const auto total, sized(sizer, message, descriptor, version));
  const auto position = output.bytes().size();
  const auto in_memory = total - sizer.external();
  auto* to = output.grow(in_memory);
  Writer writer(descriptor, sizer.tag_sizes(), to, position, output);
  writer.structure(descriptor.plan(version), static_cast<const std::byte*>(message));
  CHECK(writer.at() == to + in_memory, "a message took another size than was computed");
  return {};
}

}  // namespace weir::wire::codec_detail
