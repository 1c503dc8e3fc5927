#pragma once
// A decoded response together with the frame and the arena that it points into.

#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "wire/codec/codec.h"

namespace weir::rpc {

template <class M>
class Answer {
 public:
  // `body` is where the message begins in `frame`. Errors: those of decode_whole.
  static Result<Answer> decode(std::vector<std::byte> frame, std::size_t body,
                               std::int16_t version) {
    Answer answer;
    answer.in_->frame = std::move(frame);
    answer.in_->version = version;
    TRY(wire::decode_whole(answer.in_->message, Bytes(answer.in_->frame).subspan(body), version,
                           answer.in_->arena));
    return answer;
  }

  const M* operator->() const { return &in_->message; }
  const M& operator*() const { return in_->message; }
  std::int16_t version() const { return in_->version; }

 private:
  struct Inside {
    std::vector<std::byte> frame;
    wire::Arena arena;
    M message;
    std::int16_t version = 0;
  };
  Answer() : in_(std::make_unique<Inside>()) {}
  std::unique_ptr<Inside> in_;
};

}  // namespace weir::rpc
