#pragma once
// FrameReader: bytes of a connection in, Kafka's frames out (i32 size, then that many bytes). A
// kernel: the session reads into room() and calls received(); next() hands out complete frames,
// which keep their chunk.
//
// Memory is bounded by what was received: a frame that announces many bytes gets room for them only
// as they arrive (doubling), or at once up to the size of the largest frame this connection has
// already sent whole. A connection with no partial frame holds no chunk.

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "broker/connection/chunk.h"

namespace weir::broker {

struct Frame {
  ChunkRef chunk;
  MutableBytes bytes;  // without the size; valid while `chunk` is held
};

class FrameReader {
 public:
  FrameReader(ChunkPool& pool, std::size_t frame_bytes_max)
      : pool_(pool), frame_bytes_max_(frame_bytes_max) {}

  // Where the next bytes of the stream go; never empty.
  MutableBytes room();
  void received(std::size_t bytes);
  // The next complete frame; nothing when more bytes are needed. Errors: invalid (negative or zero
  // size), too_large (above socket.request.max.bytes). After an error the connection cannot go on.
  Result<std::optional<Frame>> next();

  bool has_partial_frame() const { return end_ > begin_; }
  void release();  // gives the chunk back; only without a partial frame

 private:
  void make_room();

  ChunkPool& pool_;
  std::size_t frame_bytes_max_;
  ChunkRef chunk_;
  std::size_t begin_ = 0;  // in chunk_: first byte that no frame has taken
  std::size_t end_ = 0;    // in chunk_: one past the last received byte
  std::size_t largest_frame_ = 0;
};

}  // namespace weir::broker
