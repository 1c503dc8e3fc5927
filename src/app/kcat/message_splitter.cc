#include "app/kcat/message_splitter.h"

#include <algorithm>

namespace weir::app::kcat {
namespace {

constexpr std::size_t read_room = 1024;

}  // namespace

void MessageSplitter::add(std::string_view bytes) {
  buffer_.erase(0, taken_);
  searched_ -= taken_;
  taken_ = 0;
  buffer_ += bytes;
}

std::optional<std::string_view> MessageSplitter::next() {
  while (!too_long_) {
    const std::size_t found = buffer_.find(delimiter_, std::max(searched_, taken_));
    const bool is_last = found == buffer_.npos;
    const std::size_t end = is_last ? buffer_.size() : found;
    too_long_ = end - taken_ + read_room >= size_max_ && size_max_ > read_room;
    if (too_long_) break;
    if (is_last && !ended_) {
      // A delimiter may have begun.
      searched_ = buffer_.size() - std::min(buffer_.size() - taken_, delimiter_.size() - 1);
      break;
    }
    const std::size_t begin = taken_;
    taken_ = searched_ = is_last ? end : end + delimiter_.size();
    if (end > begin) return std::string_view(buffer_).substr(begin, end - begin);
    if (is_last) break;
  }
  return std::nullopt;
}

KeyAndValue split_key(std::string_view message, std::string_view delimiter, bool empty_is_null) {
  const std::size_t found = message.find(delimiter);
  if (found == message.npos) return {std::nullopt, message};
  KeyAndValue split{message.substr(0, found), message.substr(found + delimiter.size())};
  if (empty_is_null && split.key->empty()) split.key.reset();
  if (empty_is_null && split.value->empty()) split.value.reset();
  return split;
}

}  // namespace weir::app::kcat
