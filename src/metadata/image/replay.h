#pragma once
// Replay: the only thing that changes an image. The controller replays what it appends, every node
// what is committed; both by this code, so that they agree.
//
// Records between BeginTransaction and EndTransaction count together or not at all (KIP-868). While
// a transaction is open the state shows its effects, but a reader of committed state must wait for
// its end: in_transaction().
//
// Errors: unsupported (record type, version or feature level that this program does not know: the
// node must stop), corrupt (a record that contradicts the state).

#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "metadata/image/image.h"

namespace weir::metadata {

class Replay {
 public:
  Replay() = default;
  explicit Replay(Image image) : image_(std::move(image)) {}

  // Applies one record at `offset`. On an error the state is spoilt.
  Result<> apply(Bytes value, Offset offset);

  const Image& image() const { return image_; }
  Image& mutable_image() { return image_; }
  bool in_transaction() const { return before_transaction_.has_value(); }
  Offset transaction_start() const { return transaction_start_; }  // -1: none open
  // The open transaction began before any metadata.version was known: it is a cluster's first.
  bool transaction_is_first() const {
    return before_transaction_ && before_transaction_->features.metadata_version == 0;
  }

 private:
  Image image_;
  std::optional<Image> before_transaction_;
  Offset transaction_start_ = no_offset;
};

}  // namespace weir::metadata
