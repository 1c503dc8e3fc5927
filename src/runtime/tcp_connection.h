#pragma once
// A TCP connection on one shard. Memory while idle: this object and the frame of the task that
// waits in readable(); no buffer.
//
// write() tries the socket at once and waits only when it is full. Bytes go out by sendmsg, as many
// pieces a call as there are; file ranges by sendfile, straight from the page cache.

#include "base/env/network.h"
#include "runtime/loop.h"
#include "runtime/owned_descriptor.h"

namespace weir::runtime {

class TcpConnection final : public env::Connection {
 public:
  TcpConnection(Loop& loop, OwnedDescriptor socket);
  ~TcpConnection() override;

  Task<Result<>> readable() override;
  Result<ReadNow> read_now(MutableBytes into) override;
  Task<Result<>> write(std::span<const env::Piece> pieces) override;
  void stop_reading() override;
  void close() override { watch_.close(); }
  const env::Address& local_address() const override { return local_; }
  const env::Address& peer_address() const override { return peer_; }

 private:
  // Where a write stands.
  struct Progress {
    std::span<const env::Piece> pieces;
    std::size_t piece = 0;
    std::uint64_t offset = 0;  // within the piece
    void advance(std::uint64_t bytes);
    bool done() const { return piece == pieces.size(); }
  };
  enum class Step : unsigned char { went_on, would_block };
  Result<Step> send_some(Progress& progress);
  Result<Step> send_bytes(Progress& progress);
  Result<Step> send_file(Progress& progress, const env::FileRange& range);
  Result<Step> send_copy(Progress& progress, const env::FileRange& range);
  Result<Step> failed(int number);

  Watch watch_;
  env::Address local_;
  env::Address peer_;
  bool reading_ = false;
  bool stopped_ = false;  // reads no more
  bool writing_ = false;
};

}  // namespace weir::runtime
