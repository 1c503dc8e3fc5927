#pragma once
// RandomMessage: a valid instance of any message in any version, made by its plan, so that a fuzzer
// need not find every length and count by itself. Small: arrays of at most three elements, texts of
// at most seven bytes. Header only, as fuzzers link the library alone.

#include <array>
#include <cstddef>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "base/random.h"
#include "wire/codec/codec.h"
#include "wire/codec/descriptor.h"
#include "wire/codec/memory.h"

namespace weir::wire {

class RandomMessage {
 public:
  explicit RandomMessage(std::uint64_t seed) : random_(seed) {}

  // Appends an instance as it stands on the wire.
  void encode(const MessageDescriptor& message, std::int16_t version, Output& output) {
    message_ = &message;
    const auto& plan = message.plan(version);
    auto* root = fresh(plan, 1);
    fill(plan, root);
    const auto encoded = codec_detail::encode(root, message, version, output);
    CHECK(encoded.has_value(), encoded.error().what);
  }

 private:
  std::byte* fresh(const Plan& plan, std::size_t count) {
    const auto& info = message_->structs[plan.structure];
    auto* memory = raw(count * info.size);
    for (std::size_t i = 0; i < count; ++i) {
      std::memcpy(memory + i * info.size, info.default_value, info.size);
    }
    return memory;
  }
  std::byte* raw(std::size_t bytes) {
    return static_cast<std::byte*>(arena_.allocate(bytes, alignof(std::max_align_t)));
  }

  void fill(const Plan& plan, std::byte* at) {
    for (const auto& op : message_->steps(plan)) value(op, at + op.offset);
    for (const auto& op : message_->tagged(plan)) {
      if (random_.one_in(2)) value(op, at + op.offset);
    }
    const auto unknown = message_->structs[plan.structure].unknown_tags;
    if (!plan.flexible || unknown == no_unknown_tags || !random_.one_in(8)) return;
    auto tags = arena_.array<UnknownTag>(1);
    tags[0] = {static_cast<std::uint32_t>(1000 + random_.below(100'000)), bytes()};
    codec_detail::store(at + unknown, tags);
  }

  void value(const Op& op, std::byte* to) {
    using codec_detail::store;
    const bool is_null = (op.flags & op_nullable) != 0 && random_.one_in(4);
    switch (op.code) {
      case OpCode::string:
        return store(to, is_null ? Str::null() : text());
      case OpCode::bytes:
        return store(to, is_null ? Blob::null() : bytes());
      case OpCode::records:
        return store(to, is_null ? Records::null() : Records(bytes().view()));
      case OpCode::structure:
        return fill(message_->plans[op.plan], to);
      case OpCode::pointer: {
        auto* made = is_null ? nullptr : fresh(message_->plans[op.plan], 1);
        if (made != nullptr) fill(message_->plans[op.plan], made);
        return store(to, made);
      }
      case OpCode::array:
      case OpCode::struct_array:
        return store(to, is_null ? codec_detail::AnyArray::null() : array(op));
      default:
        scalar(op.code, to);
    }
  }

  codec_detail::AnyArray array(const Op& op) {
    const auto count = random_.below(4);
    if (op.code == OpCode::struct_array) {
      const auto& plan = message_->plans[op.plan];
      auto* elements = fresh(plan, count);
      for (std::size_t i = 0; i < count; ++i) {
        fill(plan, elements + i * message_->structs[plan.structure].size);
      }
      return {elements, count};
    }
    const bool is_text = op.element == OpCode::string;
    const auto width = codec_detail::scalar_size(op.element);
    const auto size = width != 0 ? width : is_text ? sizeof(Str) : sizeof(Blob);
    auto* elements = raw(count * size);
    for (std::size_t i = 0; i < count; ++i) {
      auto* to = elements + i * size;
      if (width != 0) {
        scalar(op.element, to);
      } else if (is_text) {
        codec_detail::store(to, text());
      } else {
        codec_detail::store(to, bytes());
      }
    }
    return {elements, count};
  }

  void scalar(OpCode code, std::byte* to) {
    if (code == OpCode::boolean) return codec_detail::store(to, random_.one_in(2));
    for (std::size_t i = 0; i < codec_detail::scalar_size(code); i += 8) {
      const std::array<std::uint64_t, 4> choices = {
          0, random_.below(8), std::numeric_limits<std::uint64_t>::max(), random_.next()};
      const auto number = choices[random_.below(choices.size())];
      std::memcpy(to + i, &number, std::min<std::size_t>(codec_detail::scalar_size(code) - i, 8));
    }
  }

  Str text() { return arena_.copy(std::string_view("abcdefg").substr(0, random_.below(8))); }
  Blob bytes() {
    std::array<std::byte, 8> some;
    codec_detail::store(some.data(), random_.next());
    return arena_.copy(Bytes(some).first(random_.below(8)));
  }

  SeededRandom random_;
  Arena arena_;
  const MessageDescriptor* message_ = nullptr;
};

}  // namespace weir::wire
