#pragma once
// The first pass of encoding: checks everything that can be wrong with a message, adds up its size,
// and notes what the second pass needs to know beforehand. For each struct whose plan has tagged
// fields, in the order of encounter: a mask of those that are not default (by their place in the
// plan), then before each of these its size.

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "base/result.h"
#include "wire/codec/memory.h"
#include "wire/varint.h"

namespace weir::wire::codec_detail {

class Sizer {
 public:
  explicit Sizer(const MessageDescriptor& message) : message_(message) {}

  bool structure(const Plan& plan, const std::byte* from, std::size_t& total) {
    total += plan.fixed_size;
    for (const auto& op : message_.sized(plan)) {
      if (!field(op, from + op.offset, total)) return false;
    }
    for (const auto& op : message_.absent(plan)) {
      if (!has_default(plan, op, from))
        return bad("is set, but this version has no such field", op);
    }
    if (plan.flexible) return tags(plan, from, total);
    const auto unknown = message_.structs[plan.structure].unknown_tags;
    if (unknown != no_unknown_tags && !load<AnyArray>(from + unknown).empty())
      return bad("has tagged fields, but this version has none");
    return true;
  }

  const std::vector<std::uint32_t>& notes() const { return notes_; }
  std::size_t external() const { return external_; }

  Error error() const {
    std::string what = message_.name;
    if (failed_field_) what.append(".").append(failed_field_);
    return {Errc::invalid, what.append(" ").append(reason_)};
  }

 private:
  static std::size_t length_size(std::uint8_t flags, std::size_t length, std::size_t legacy) {
    return flags & op_compact ? unsigned_varint_size(length + 1) : legacy;
  }
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

  bool has_default(const Plan& plan, const Op& op, const std::byte* from) const {
    const auto* defaults =
        static_cast<const std::byte*>(message_.structs[plan.structure].default_value);
    return is_default(message_, message_.fields[op.field], from + op.offset, defaults + op.offset);
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
    if (plan.tagged_count != 0 && !known_tags(plan, from, number, total)) return false;
    const auto& info = message_.structs[plan.structure];
    const auto unknown = load<Array<UnknownTag>>(from + info.unknown_tags);
    if (!unknown.empty() && !unknown_tags(info, unknown, total)) return false;
    total += unsigned_varint_size(number + unknown.size());
    return true;
  }

  bool known_tags(const Plan& plan, const std::byte* from, std::size_t& number,
                  std::size_t& total) {
    const auto mask_slot = notes_.size();
    notes_.push_back(0);
    std::uint32_t mask = 0;
    std::uint32_t bit = 1;
    for (const auto& op : message_.tagged(plan)) {
      if (!has_default(plan, op, from)) {
        mask |= bit;
        ++number;
        const auto slot = notes_.size();
        notes_.push_back(0);
        std::size_t size = 0;
        if (!field(op, from + op.offset, size)) return false;
        if (size > std::numeric_limits<std::int32_t>::max()) return bad("is too large", op);
        notes_[slot] = static_cast<std::uint32_t>(size);
        total += unsigned_varint_size(std::uint32_t{op.tag}) + unsigned_varint_size(size) + size;
      }
      bit <<= 1;
    }
    notes_[mask_slot] = mask;
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
  std::vector<std::uint32_t> notes_;
  std::size_t external_ = 0;
  const char* failed_field_ = nullptr;
  const char* reason_ = nullptr;
};

}  // namespace weir::wire::codec_detail
