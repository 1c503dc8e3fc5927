#include "rpc/answer_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace weir::rpc {
namespace {

constexpr std::size_t answer_size_bytes = 4;
constexpr std::size_t read_bytes = 64 * 1024;
constexpr std::size_t first_answer_bytes_max = 1 << 20;

// What sends such bytes where a broker would send the size of an answer.
std::string stranger(Bytes first) {
  const std::string_view text(reinterpret_cast<const char*>(first.data()), first.size());
  const auto tls_major = std::byte{3};
  const bool is_tls =
      (first[0] == std::byte{0x15} || first[0] == std::byte{0x16}) && first[1] == tls_major;
  if (text == "HTTP") return "this is a web server, not a Kafka broker";
  if (is_tls) return "this listener speaks TLS, the client does not";
  return "what came is not Kafka's protocol";
}

}  // namespace

MutableBytes AnswerReader::room() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (buffer_.size() - end_ < read_bytes) {
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    if (buffer_.size() - end_ < read_bytes) buffer_.resize(std::max(2 * end_, end_ + read_bytes));
  }
  return MutableBytes(buffer_).subspan(end_);
}

void AnswerReader::received(std::size_t bytes) { end_ += bytes; }

Result<std::optional<std::vector<std::byte>>> AnswerReader::next() {
  if (end_ - begin_ < answer_size_bytes) return std::nullopt;
  const auto announced = load_be<std::int32_t>(buffer_.data() + begin_);
  const std::size_t size = announced < 0 ? SIZE_MAX : static_cast<std::size_t>(announced);
  if (size > answer_bytes_max_ || (is_first_ && size > first_answer_bytes_max)) {
    const Bytes head = Bytes(buffer_).subspan(begin_, answer_size_bytes);
    if (is_first_) return fail(Errc::corrupt, stranger(head));
    return fail(Errc::corrupt,
                fmt::format("the broker announces an answer of {} bytes", announced));
  }
  if (end_ - begin_ < answer_size_bytes + size) return std::nullopt;
  const auto from = buffer_.begin() + static_cast<std::ptrdiff_t>(begin_ + answer_size_bytes);
  std::vector<std::byte> answer(from, from + static_cast<std::ptrdiff_t>(size));
  begin_ += answer_size_bytes + size;
  is_first_ = false;
  return answer;
}

}  // namespace weir::rpc
