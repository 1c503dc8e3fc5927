#pragma once
// Messages out of input in pieces of any size, by -D; empty ones are passed over. And their keys,
// by -K.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir::app::kcat {

class MessageSplitter {
 public:
  // A longer message than `size_max` bytes, or little less (room for one more read is kept), is too
  // long. The delimiter is not empty.
  MessageSplitter(std::string delimiter, std::size_t size_max)
      : delimiter_(std::move(delimiter)), size_max_(size_max + delimiter_.size()) {}

  void add(std::string_view bytes);
  void end() { ended_ = true; }
  // Valid until the next call of add(). Nothing: more input is needed, there is none, or it is too
  // long.
  std::optional<std::string_view> next();
  bool is_too_long() const { return too_long_; }
  std::size_t size_max() const { return size_max_; }

 private:
  std::string delimiter_;
  std::size_t size_max_;
  std::string buffer_;
  std::size_t taken_ = 0;
  std::size_t searched_ = 0;  // there is no delimiter before
  bool ended_ = false, too_long_ = false;
};

struct KeyAndValue {
  std::optional<std::string_view> key, value;
};
// By the first delimiter; without one all of it is the value. `empty_is_null`: -Z, of a message
// that has a delimiter.
KeyAndValue split_key(std::string_view message, std::string_view delimiter, bool empty_is_null);

}  // namespace weir::app::kcat
