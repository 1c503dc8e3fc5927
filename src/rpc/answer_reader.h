#pragma once
// AnswerReader: the bytes that a broker sends, cut into answers (i32 size, then that many bytes). A
// kernel: the connection reads into room() and calls received(); next() hands out whole answers.
//
// Memory is bounded by what was received (at most twice that, and one read): an answer that
// announces many bytes gets room for them as they arrive. The first answer of a connection is small
// (ApiVersions), so that a peer that is no Kafka broker is told by its first bytes.

#include <cstddef>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::rpc {

class AnswerReader {
 public:
  explicit AnswerReader(std::size_t answer_bytes_max) : answer_bytes_max_(answer_bytes_max) {}

  MutableBytes room();  // never empty; valid until the next call
  void received(std::size_t bytes);
  // The next whole answer without its size; nothing when more bytes are needed. Error: corrupt, and
  // what the bytes look like; the connection cannot go on.
  Result<std::optional<std::vector<std::byte>>> next();

 private:
  std::size_t answer_bytes_max_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;  // first byte that no answer has taken
  std::size_t end_ = 0;    // one past the last byte received
  bool is_first_ = true;
};

}  // namespace weir::rpc
