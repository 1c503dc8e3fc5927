// Encoding by plans, in two passes: Sizer (sizer.h) checks and measures, Writer cannot fail.

#include <bit>
#include <limits>
#include <string>
#include <vector>

#include "base/check.h"
#include "wire/codec/codec.h"
#include "wire/codec/descriptor.h"
#include "wire/codec/memory.h"
#include "wire/codec/sizer.h"
#include "wire/varint.h"

namespace weir::wire::codec_detail {
namespace {

class Writer {
 public:
  Writer(const MessageDescriptor& message, const std::vector<std::uint32_t>& notes, std::byte* to,
         std::size_t position, Output& output)
      : message_(message),
        next_note_(notes.data()),
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
    const std::uint32_t mask = plan.tagged_count != 0 ? *next_note_++ : 0;
    const auto unknown =
        load<Array<UnknownTag>>(from + message_.structs[plan.structure].unknown_tags);
    at_ =
        write_unsigned_varint(at_, static_cast<std::size_t>(std::popcount(mask)) + unknown.size());
    if (mask != 0) known_tags(plan, from, mask);
    for (const auto& tag : unknown) {
      at_ = write_unsigned_varint(at_, tag.tag);
      at_ = write_unsigned_varint(at_, tag.value.size());
      raw(tag.value.view().data(), tag.value.size());
    }
  }

  void known_tags(const Plan& plan, const std::byte* from, std::uint32_t mask) {
    for (const auto& op : message_.tagged(plan)) {
      if (mask & 1) {
        at_ = write_unsigned_varint(at_, std::uint32_t{op.tag});
        at_ = write_unsigned_varint(at_, *next_note_++);
        field(op, from + op.offset);
      }
      mask >>= 1;
    }
  }

  const MessageDescriptor& message_;
  const std::uint32_t* next_note_;
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
  Writer writer(descriptor, sizer.notes(), to, position, output);
  writer.structure(descriptor.plan(version), static_cast<const std::byte*>(message));
  CHECK(writer.at() == to + in_memory, "a message took another size than was computed");
  return {};
}

}  // namespace weir::wire::codec_detail
