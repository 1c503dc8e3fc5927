#pragma once
// Encoding and decoding of every message by its descriptor tables (wire/codec/descriptor.h).
//
// A message struct M is generated from src/wire/schema/ into "wire/message/<name>.h" (one header a
// message, "wire/message/produce_request.h" holds weir::wire::ProduceRequest). Its members carry
// Kafka's names in snake_case, Kafka's defaults as initialisers, nested structs are members
// (M::TopicProduceData), and every struct of a flexible message ends in `Array<UnknownTag>
// unknown_tags`. Types:
//   bool, int8..int64, uint16, uint32, float64   the C++ type
//   string -> Str, bytes -> Blob, records -> Records, uuid -> Uuid, []T -> Array<T>
//   struct -> the struct itself; nullable struct -> T*, null when absent
// M::descriptor is for the functions below (and for tools that work on all messages).
//
// decode trusts no length: allocation is bounded by a constant times the bytes received (and by
// about twice the bytes for a message that does not reach its end: it is walked before much is
// taken), collections hold at most 1,000,000 elements and tag sections at most 10,000 fields (as
// Kafka 4.4), nesting is that of the schema. Errors: corrupt (truncated, bad length, null where
// none may be), unsupported (version).
//
// encode refuses (invalid) what a version cannot carry: a non-default value of a field that is not
// in that version and not ignorable, or null where null is not allowed. Sizes are known before a
// byte is written.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "wire/codec/arena.h"
#include "wire/codec/value.h"

namespace weir::wire {

struct MessageDescriptor;

// Where messages are written: memory, with gaps for external records.
class Output {
 public:
  struct Gap {
    std::size_t position;  // in bytes(): the external records come before this byte
    std::uint32_t size;
  };

  Output() = default;
  Output(Output&& other) noexcept;
  Output& operator=(Output&& other) noexcept;

  Bytes bytes() const { return {data_.data(), size_}; }
  MutableBytes mutable_bytes() { return {data_.data(), size_}; }
  const std::vector<Gap>& gaps() const { return gaps_; }  // ascending, in encoding order
  std::size_t size_with_gaps() const;                     // what goes over the wire

  std::byte* grow(std::size_t bytes);  // uninitialised room at the end, valid until the next grow
  void append(Bytes bytes);
  void add_gap(std::uint32_t size) { add_gap(size_, size); }
  void add_gap(std::size_t position, std::uint32_t size) { gaps_.push_back({position, size}); }
  void clear();                        // keeps its memory
  std::size_t bytes_reserved() const;  // what it holds from the system
  std::vector<std::byte> take();       // as after clear(), without memory

 private:
  // Beyond size_ lies what an earlier use has left: a vector that shrank and grew again would be
  // filled with zeros each time.
  std::vector<std::byte> data_;
  std::size_t size_ = 0;
  std::vector<Gap> gaps_;
};

namespace codec_detail {
Result<std::size_t> decode(void* into, const MessageDescriptor&, Bytes, std::int16_t version,
                           Arena&);
Result<std::size_t> encoded_size(const void* message, const MessageDescriptor&,
                                 std::int16_t version);
Result<> encode(const void* message, const MessageDescriptor&, std::int16_t version, Output&);
std::string to_json(const void* message, const MessageDescriptor&, std::int16_t version);
}  // namespace codec_detail

// What decoding `bytes` may take from an arena, and all that an empty one holds afterwards, whether
// that worked or not. No message in any version needs more than 27 bytes of memory for a byte on
// the wire (the codec's test has the list), so the first bound refuses none. The second does: many
// tiny elements are much larger in memory than on the wire, and one request must not fill the
// machine. No client's own requests come near it.
constexpr std::size_t decoded_memory_budget(std::size_t bytes) {
  return std::min((std::size_t{64} << 10) + 32 * bytes, (std::size_t{32} << 20) + 4 * bytes);
}

// Decodes from the front of `bytes`; returns how many were used. `into` is a default-constructed M.
template <class M>
Result<std::size_t> decode(M& into, Bytes bytes, std::int16_t version, Arena& arena) {
  return codec_detail::decode(&into, M::descriptor, bytes, version, arena);
}

// Exactly `bytes`: what is left over is an error (corrupt).
template <class M>
Result<> decode_whole(M& into, Bytes bytes, std::int16_t version, Arena& arena) {
  TRY_ASSIGN(const auto used, decode(into, bytes, version, arena));
  if (used != bytes.size()) return fail(Errc::corrupt, "bytes left over after a message", used);
  return {};
}

// External records count with their size.
template <class M>
Result<std::size_t> encoded_size(const M& message, std::int16_t version) {
  return codec_detail::encoded_size(&message, M::descriptor, version);
}

// Appends to `output`. On an error the output is as before.
template <class M>
Result<> encode(const M& message, std::int16_t version, Output& output) {
  return codec_detail::encode(&message, M::descriptor, version, output);
}

// The JSON form that Apache Kafka's converters give (binary as base64, for tests and dumps).
template <class M>
std::string to_json(const M& message, std::int16_t version) {
  return codec_detail::to_json(&message, M::descriptor, version);
}

}  // namespace weir::wire
