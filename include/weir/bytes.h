#pragma once
// BytesView: the bytes of a key, a value or a header, or null, which Kafka tells from empty. It
// owns nothing: the bytes stay valid as long as the text beside it says, and may be read by any
// thread until then.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir {

class BytesView {
 public:
  constexpr BytesView() = default;  // null
  constexpr BytesView(std::nullptr_t) {}
  constexpr BytesView(std::nullopt_t) {}
  BytesView(std::span<const std::byte> bytes) : BytesView(bytes.data(), bytes.size()) {}
  BytesView(std::string_view text) : BytesView(text.data(), text.size()) {}
  BytesView(const std::string& text) : BytesView(std::string_view(text)) {}
  BytesView(const char* text) : BytesView(std::string_view(text)) {}
  BytesView(const void* data, std::size_t size)
      : data_(data ? static_cast<const std::byte*>(data) : &nothing), size_(size) {}

  constexpr bool is_null() const { return data_ == nullptr; }
  constexpr bool empty() const { return size_ == 0; }  // null too
  constexpr std::size_t size() const { return size_; }
  const std::byte* data() const { return data_; }
  std::span<const std::byte> bytes() const { return {data_, size_}; }
  std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }
  std::string str() const { return std::string(text()); }

 private:
  static constexpr std::byte nothing{};
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

struct Header {
  std::string_view name{};
  BytesView value{};
};

}  // namespace weir
