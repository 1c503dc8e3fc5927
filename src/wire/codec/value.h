#pragma once
// The values that decoded messages are made of. All are views: into the received frame, or into the
// Arena of the message (wire/codec/arena.h). A message is valid while both live; what is kept is
// copied. To build a message, point these at anything that lives until it is encoded.
//
// Null is a state of its own, because Kafka tells a null string or array from an empty one.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace weir::wire {

class Str {
 public:
  constexpr Str() = default;  // empty, not null
  constexpr Str(std::string_view text)
      : data_(text.data() ? text.data() : ""), size_(static_cast<std::int32_t>(text.size())) {}
  constexpr Str(const char* text) : Str(std::string_view(text)) {}
  Str(const std::string& text) : Str(std::string_view(text)) {}
  Str(std::nullptr_t) = delete;
  static constexpr Str null() {
    Str s;
    s.data_ = nullptr;
    return s;
  }

  constexpr bool is_null() const { return data_ == nullptr; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr std::size_t size() const { return static_cast<std::size_t>(size_); }
  constexpr std::string_view view() const {
    return is_null() ? std::string_view{} : std::string_view(data_, size());
  }
  constexpr operator std::string_view() const { return view(); }
  std::string str() const { return std::string(view()); }
  friend constexpr bool operator==(Str a, Str b) {
    return a.is_null() == b.is_null() && a.view() == b.view();
  }

 private:
  const char* data_ = "";
  std::int32_t size_ = 0;  // 0 when null
};

// Opaque bytes (Kafka's BYTES).
class Blob {
 public:
  constexpr Blob() = default;  // empty, not null
  Blob(Bytes bytes)
      : data_(bytes.data() ? bytes.data() : &nothing),
        size_(static_cast<std::uint32_t>(bytes.size())) {}
  static constexpr Blob null() {
    Blob b;
    b.data_ = nullptr;
    return b;
  }

  constexpr bool is_null() const { return data_ == nullptr; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr std::size_t size() const { return size_; }
  constexpr Bytes view() const { return is_null() ? Bytes{} : Bytes(data_, size_); }
  operator Bytes() const { return view(); }

 private:
  static constexpr std::byte nothing{};
  const std::byte* data_ = &nothing;
  std::uint32_t size_ = 0;
};

// Kafka's RECORDS: whole record batches. In a response that is sent from a file they are
// `external`: the encoder writes their length and leaves a gap that the sender fills (see Output in
// codec.h).
class Records {
 public:
  constexpr Records() = default;  // empty, not null
  Records(Bytes bytes) : blob_(bytes) {}
  static constexpr Records null() {
    Records r;
    r.blob_ = Blob::null();
    return r;
  }
  static constexpr Records external(std::uint32_t size) {
    Records r;
    r.external_ = true;
    r.external_size_ = size;
    return r;
  }

  constexpr bool is_null() const { return blob_.is_null(); }
  constexpr bool is_external() const { return external_; }
  constexpr std::size_t size() const { return external_ ? external_size_ : blob_.size(); }
  constexpr bool empty() const { return size() == 0; }
  constexpr Bytes view() const { return blob_.view(); }  // not when external

 private:
  Blob blob_;
  std::uint32_t external_size_ = 0;
  bool external_ = false;
};

// An array of values or of message structs. The elements are mutable, so that a decoded request's
// records can be stamped and a response can be filled in place; Array itself owns nothing.
template <class T>
class Array {
 public:
  constexpr Array() = default;  // empty, not null
  constexpr Array(T* data, std::size_t size)
      : data_(data), size_(static_cast<std::int32_t>(size)) {}
  Array(std::vector<T>& elements) : Array(elements.data(), elements.size()) {}
  Array(std::span<T> elements) : Array(elements.data(), elements.size()) {}
  static constexpr Array null() {
    Array a;
    a.size_ = -1;
    return a;
  }

  constexpr bool is_null() const { return size_ < 0; }
  constexpr bool empty() const { return size_ <= 0; }
  constexpr std::size_t size() const { return size_ < 0 ? 0 : static_cast<std::size_t>(size_); }
  T* data() const { return data_; }
  T* begin() const { return data_; }
  T* end() const { return data_ + size(); }
  T& operator[](std::size_t i) const { return data_[i]; }
  operator std::span<const T>() const { return {data_, size()}; }

 private:
  T* data_ = nullptr;
  std::int32_t size_ = 0;  // -1: null
};

// A tagged field that this schema does not know (KIP-482); it survives a round trip.
struct UnknownTag {
  std::uint32_t tag = 0;
  Blob value;
};

}  // namespace weir::wire
