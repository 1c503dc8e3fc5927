// Decoding by plans. A failure is noted once, in plain members, and made into words at the very
// end.
//
// What a count claims is not believed: before a message takes more memory than it has bytes, it is
// walked once to its end without keeping anything, so that one which does not hold what it claims
// costs no more than itself. The walk finds out what the whole message needs, which is then
// reserved in one piece: growing by doubling would take up to four times as much.

#include <algorithm>
#include <bit>
#include <memory>
#include <string>

#include "base/steps.h"
#include "wire/codec/codec.h"
#include "wire/codec/descriptor.h"
#include "wire/codec/memory.h"
#include "wire/varint.h"

namespace weir::wire::codec_detail {
namespace {

constexpr std::int32_t max_collection = 1'000'000;
constexpr std::uint32_t max_tags = 10'000;

constexpr std::size_t unwalked_min = std::size_t{16} << 10;  // usual requests are read once

// All that messages are made of is aligned to this at most.
constexpr std::size_t piece_alignment = 8;
static_assert(alignof(UnknownTag) <= piece_alignment && alignof(std::uint64_t) <= piece_alignment);

// Without `keeps` it only walks: nothing is stored, and places to store at are null.
template <bool keeps>
class Decoder {
 public:
  Decoder(const MessageDescriptor& message, const Plan& plan, Bytes bytes, Arena& arena)
      : message_(message),
        plan_(plan),
        begin_(bytes.data()),
        at_(begin_),
        end_(begin_ + bytes.size()),
        whole_(bytes),
        arena_(arena),
        reserved_max_(arena.bytes_reserved() + decoded_memory_budget(bytes.size())),
        unwalked_max_(arena.bytes_reserved() + std::max(bytes.size(), unwalked_min)) {}

  bool message(std::byte* into) { return structure(plan_, into); }

  bool structure(const Plan& plan, std::byte* into) {
    for (const auto& op : message_.steps(plan)) {
      if (!field(op, member(into, op.offset))) return false;
    }
    return !plan.flexible || tags(plan, into);
  }

  std::size_t used() const { return static_cast<std::size_t>(at_ - begin_); }

  Error error() const {
    std::string what = message_.name;
    if (failed_field_) what.append(".").append(failed_field_);
    return {Errc::corrupt, what.append(" ").append(reason_), used()};
  }

 private:
  template <bool>
  friend class Decoder;

  static std::byte* member(std::byte* into, std::size_t offset) {
    return keeps ? into + offset : nullptr;
  }
  template <class T>
  static void put(void* to, const T& value) {
    if constexpr (keeps) store(to, value);
  }
  static void put_defaults(std::byte* to, const StructInfo& info) {
    if constexpr (keeps) std::memcpy(to, info.default_value, info.size);
  }

  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  bool bad(const char* reason) {
    if (!reason_) reason_ = reason;
    return false;
  }
  bool bad(const char* reason, const Op& op) {
    if (!failed_field_) failed_field_ = message_.fields[op.field].name;
    return bad(reason);
  }

  // False: that would be too much, or the message is not what it claims to be.
  bool take(std::size_t bytes, std::byte*& taken, const Op* op) {
    taken = nullptr;
    if (bytes == 0) return true;
    bytes = (bytes + piece_alignment - 1) & ~(piece_alignment - 1);
    if constexpr (keeps) {
      if (!walked_ && arena_.bytes_reserved() + bytes > unwalked_max_ && !walk(op)) return false;
      taken = static_cast<std::byte*>(arena_.allocate(bytes, piece_alignment));
    }
    taken_ += bytes;
    return true;
  }

  bool walk(const Op* op) {
    walked_ = true;
    Decoder<false> walker(message_, plan_, whole_, arena_);
    if (!walker.message(nullptr)) {
      failed_field_ = walker.failed_field_;
      reason_ = walker.reason_;
      at_ = walker.at_;
      return false;
    }
    const std::size_t rest = walker.taken_ - taken_;
    if (arena_.bytes_reserved() + rest > reserved_max_) {
      const char* const reason = "has too many elements for its bytes";
      return op ? bad(reason, *op) : bad(reason);
    }
    arena_.reserve(rest, piece_alignment);
    return true;
  }

  template <class T>
  bool scalar(void* to, const Op& op) {
    if (left() < sizeof(T)) return bad("is cut off", op);
    put(to, load_be<T>(at_));
    at_ += sizeof(T);
    return true;
  }

  bool field(const Op& op, std::byte* to) {
    count_steps();
    switch (op.code) {
      case OpCode::boolean:
        if (left() < 1) return bad("is cut off", op);
        put(to, *at_++ != std::byte{0});
        return true;
      case OpCode::int8:
        return scalar<std::uint8_t>(to, op);
      case OpCode::int16:
      case OpCode::uint16:
        return scalar<std::uint16_t>(to, op);
      case OpCode::int32:
      case OpCode::uint32:
        return scalar<std::uint32_t>(to, op);
      case OpCode::int64:
      case OpCode::float64:
        return scalar<std::uint64_t>(to, op);
      case OpCode::uuid:
        if (left() < 16) return bad("is cut off", op);
        put(to, load_be<std::uint64_t>(at_));
        put(member(to, 8), load_be<std::uint64_t>(at_ + 8));
        at_ += 16;
        return true;
      case OpCode::string:
        return string(op, op.flags, to);
      case OpCode::bytes:
        return bytes<Blob>(op, op.flags, to);
      case OpCode::records:
        return bytes<Records>(op, op.flags, to);
      case OpCode::structure:
        return structure(message_.plans[op.plan], to);
      case OpCode::pointer:
        return pointer(op, to);
      case OpCode::array:
        return array(op, to);
      case OpCode::struct_array:
        return struct_array(op, to);
    }
    return bad("has an unknown type", op);
  }

  // A length as Kafka reads it: negative means null.
  template <class Legacy>
  bool length(const Op& op, std::uint8_t flags, std::int32_t& out) {
    if (flags & op_compact) {
      std::uint32_t raw = 0;
      const auto* next = read_unsigned_varint(at_, end_, raw);
      if (!next) return bad("has a length that is cut off or too long", op);
      at_ = next;
      out = static_cast<std::int32_t>(raw - 1);
    } else {
      if (left() < sizeof(Legacy)) return bad("is cut off", op);
      out = load_be<Legacy>(at_);
      at_ += sizeof(Legacy);
    }
    if (out < 0 && !(flags & op_nullable)) return bad("is null where it may not be", op);
    return true;
  }

  bool string(const Op& op, std::uint8_t flags, void* to) {
    std::int32_t size = 0;
    if (!length<std::int16_t>(op, flags, size)) return false;
    if (size < 0) {
      put(to, Str::null());
      return true;
    }
    const auto count = static_cast<std::size_t>(size);
    if (count > max_string_size) return bad("is longer than a string may be", op);
    if (count > left()) return bad("is cut off", op);
    put(to, Str(std::string_view(reinterpret_cast<const char*>(at_), count)));
    at_ += count;
    return true;
  }

  template <class T>
  bool bytes(const Op& op, std::uint8_t flags, void* to) {
    std::int32_t size = 0;
    if (!length<std::int32_t>(op, flags, size)) return false;
    if (size < 0) {
      put(to, T::null());
      return true;
    }
    const auto count = static_cast<std::size_t>(size);
    if (count > left()) return bad("is cut off", op);
    put(to, T(Bytes(at_, count)));
    at_ += count;
    return true;
  }

  // What stands before a nullable struct: a byte that is negative for null, or in a tag section a
  // varint that is 0 for null.
  bool presence(const Op& op, bool& present) {
    if (op.flags & op_tagged) {
      std::uint32_t marker = 0;
      const auto* next = read_unsigned_varint(at_, end_, marker);
      if (!next) return bad("is cut off", op);
      at_ = next;
      present = static_cast<std::int32_t>(marker) > 0;
      return true;
    }
    if (left() < 1) return bad("is cut off", op);
    present = static_cast<std::int8_t>(*at_++) >= 0;
    return true;
  }

  bool pointer(const Op& op, std::byte* to) {
    const auto& plan = message_.plans[op.plan];
    const auto& info = message_.structs[plan.structure];
    bool present = true;
    if ((op.flags & op_nullable) && !presence(op, present)) return false;
    if (!present) {
      put<std::byte*>(to, nullptr);
      return true;
    }
    if (left() < plan.min_size) return bad("is cut off", op);
    std::byte* made = nullptr;
    if (!take(info.size, made, &op)) return false;
    put_defaults(made, info);
    put(to, made);
    return structure(plan, made);
  }

  // Reads the number of elements, each of at least `min_size` bytes; -1: null.
  bool count(const Op& op, std::size_t min_size, std::int32_t& out) {
    if (!length<std::int32_t>(op, op.flags, out)) return false;
    if (out <= 0) return true;
    if (out > max_collection) return bad("has more elements than are allowed", op);
    if (static_cast<std::size_t>(out) * min_size > left()) return bad("is cut off", op);
    return true;
  }

  bool array(const Op& op, std::byte* to) {
    const auto width = scalar_size(op.element);
    std::int32_t elements = 0;
    if (width != 0) {
      if (!count(op, width, elements)) return false;
      return elements < 0 ? null_array(to)
                          : scalars(op, static_cast<std::size_t>(elements), width, to);
    }
    const bool text = op.element == OpCode::string;
    const std::size_t least = op.flags & op_compact ? 1 : text ? 2 : 4;
    if (!count(op, least, elements)) return false;
    if (elements < 0) return null_array(to);
    const auto number = static_cast<std::size_t>(elements);
    const auto element_size = text ? sizeof(Str) : sizeof(Blob);
    std::byte* data = nullptr;
    if (!take(number * element_size, data, &op)) return false;
    const std::uint8_t flags = op.flags & op_compact;  // elements are never null
    count_steps(number);
    for (std::size_t i = 0; i < number; ++i) {
      auto* element = member(data, i * element_size);
      if (text ? !string(op, flags, element) : !bytes<Blob>(op, flags, element)) return false;
    }
    put(to, AnyArray(data, number));
    return true;
  }

  bool null_array(std::byte* to) {
    put(to, AnyArray::null());
    return true;
  }

  template <class T>
  void swap_all(std::byte* to, std::size_t number) {
    for (std::size_t i = 0; i < number; ++i) {
      store(to + i * sizeof(T), load_be<T>(at_ + i * sizeof(T)));
    }
  }

  bool scalars(const Op& op, std::size_t number, std::size_t width, std::byte* to) {
    if (number == 0) {
      put(to, AnyArray(nullptr, 0));
      return true;
    }
    std::byte* data = nullptr;
    if (!take(number * width, data, &op)) return false;
    if constexpr (!keeps) {
      at_ += number * width;
      return true;
    }
    count_steps(number);
    switch (width) {
      case 1:
        std::memcpy(data, at_, number);
        if (op.element == OpCode::boolean) {
          for (std::size_t i = 0; i < number; ++i) data[i] = std::byte{data[i] != std::byte{0}};
        }
        break;
      case 2:
        swap_all<std::uint16_t>(data, number);
        break;
      case 4:
        swap_all<std::uint32_t>(data, number);
        break;
      default:
        swap_all<std::uint64_t>(data, number * width / 8);
        break;
    }
    at_ += number * width;
    put(to, AnyArray(data, number));
    return true;
  }

  bool struct_array(const Op& op, std::byte* to) {
    const auto& plan = message_.plans[op.plan];
    const auto& info = message_.structs[plan.structure];
    std::int32_t elements = 0;
    if (!count(op, plan.min_size, elements)) return false;
    if (elements < 0) return null_array(to);
    const auto number = static_cast<std::size_t>(elements);
    std::byte* data = nullptr;
    if (!take(number * info.size, data, &op)) return false;
    count_steps(number);
    for (std::size_t i = 0; i < number; ++i) {
      auto* element = member(data, i * info.size);
      put_defaults(element, info);
      if (!structure(plan, element)) return false;
    }
    put(to, AnyArray(data, number));
    return true;
  }

  bool tags(const Plan& plan, std::byte* into) {
    std::uint32_t number = 0;
    const auto* next = read_unsigned_varint(at_, end_, number);
    if (!next) return bad("has a tag section that is cut off");
    at_ = next;
    return number == 0 || tag_section(plan, into, number);
  }

  bool tag_section(const Plan& plan, std::byte* into, std::uint32_t number) {
    if (number > max_tags) return bad("has more tagged fields than are allowed");
    if (number > left() / 2) return bad("has a tag section that is cut off");
    const auto& info = message_.structs[plan.structure];
    Array<UnknownTag> unknown;
    std::size_t unknown_count = 0;
    bool has_room = false;
    for (std::uint32_t i = 0; i < number; ++i) {
      count_steps(1 + message_.tagged(plan).size());
      std::uint32_t tag = 0;
      std::uint32_t size = 0;
      const auto* next = read_unsigned_varint(at_, end_, tag);
      if (next) next = read_unsigned_varint(next, end_, size);
      if (!next || size > static_cast<std::size_t>(end_ - next))
        return bad("has a tagged field that is cut off");
      at_ = next;
      if (const auto* op = known_tag(plan, tag)) {
        if (!tagged_field(*op, size, into)) return false;
        continue;
      }
      count_steps(message_.fields_of(info).size());
      for (const auto& other : message_.fields_of(info)) {
        if (other.tag >= 0 && static_cast<std::uint32_t>(other.tag) == tag)
          return bad("has a tag that its version does not know");
      }
      if (!has_room && !take_tags(number - i, unknown)) return false;
      has_room = true;
      if constexpr (keeps) unknown[unknown_count++] = {tag, Blob(Bytes(at_, size))};
      at_ += size;
    }
    if (unknown_count != 0)
      put(member(into, info.unknown_tags), Array<UnknownTag>(unknown.data(), unknown_count));
    return true;
  }

  bool take_tags(std::size_t number, Array<UnknownTag>& tags) {
    std::byte* data = nullptr;
    if (!take(number * sizeof(UnknownTag), data, nullptr)) return false;
    if constexpr (keeps) {
      auto* first = reinterpret_cast<UnknownTag*>(data);
      std::uninitialized_value_construct_n(first, number);
      tags = {first, number};
    }
    return true;
  }

  const Op* known_tag(const Plan& plan, std::uint32_t tag) const {
    for (const auto& op : message_.tagged(plan)) {
      if (op.tag == tag) return &op;
    }
    return nullptr;
  }

  bool tagged_field(const Op& op, std::uint32_t size, std::byte* into) {
    if (op.code == OpCode::structure) {  // a tag that comes twice: the last one counts, whole
      const auto& info = message_.structs[message_.plans[op.plan].structure];
      put_defaults(member(into, op.offset), info);
    }
    const auto* outer_end = end_;
    end_ = at_ + size;
    if (!field(op, member(into, op.offset))) return false;
    if (at_ != end_) return bad("does not fill its tagged field", op);
    end_ = outer_end;
    return true;
  }

  const MessageDescriptor& message_;
  const Plan& plan_;
  const std::byte* begin_;
  const std::byte* at_;
  const std::byte* end_;
  Bytes whole_;
  Arena& arena_;
  std::size_t reserved_max_;
  std::size_t unwalked_max_;
  std::size_t taken_ = 0;  // of the arena; without `keeps`, what it would be
  bool walked_ = false;
  const char* failed_field_ = nullptr;
  const char* reason_ = nullptr;
};

}  // namespace

Result<std::size_t> decode(void* into, const MessageDescriptor& message, Bytes bytes,
                           std::int16_t version, Arena& arena) {
  if (!message.has_version(version)) {
    return fail(Errc::unsupported,
                std::string(message.name) + " has no version " + std::to_string(version));
  }
  Decoder<true> decoder(message, message.plan(version), bytes, arena);
  if (!decoder.message(static_cast<std::byte*>(into))) {
    return std::unexpected(decoder.error());
  }
  return decoder.used();
}

}  // namespace weir::wire::codec_detail
