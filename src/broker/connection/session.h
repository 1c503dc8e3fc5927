#pragma once
// Session: one client's connection, from accept to close. Driver.
//
// Reading: big reads, every complete frame of a turn is started, answers of a turn leave in one
// gathered write. Order (as Kafka's one request at a time gives it): requests start in order and
// answers leave in order; only consecutive Produces overlap, so that pipelined batches share a
// write and a flush.
//
// Bounds: frames up to socket.request.max.bytes; at most `requests_max` requests,
// `requests_bytes_max` bytes of them (or one larger request) and `answers_bytes_max` bytes of
// unsent answers before reading stops; a connection without progress for connections.max.idle.ms is
// closed (a peer that never reads included). Bytes that are no request end the connection with one
// line in the log.
//
// Lives on one shard; its owner keeps it until run() returned.

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "base/result.h"
#include "base/signal.h"
#include "base/task_scope.h"
#include "broker/connection/connections.h"
#include "broker/connection/frame_reader.h"
#include "broker/connection/request.h"

namespace weir::broker {

class Session {
 public:
  static constexpr std::size_t requests_max = 256;
  static constexpr std::size_t requests_bytes_max = 16 << 20;
  static constexpr std::size_t answers_bytes_max = 4 << 20;

  Session(Shard& shard, std::unique_ptr<env::Connection> connection, std::uint32_t listener);
  ~Session();

  // Serves until the peer leaves, misbehaves, or close() is called; then waits for its requests to
  // end.
  Task<> run();

  // Ends the connection now; answers that are not sent are lost.
  void close();
  // Reads no more; what was read is answered, long polls at once; then the connection ends.
  void drain();
  bool is_draining() const { return draining_ || closed_; }

  std::uint32_t listener() const { return listener_; }  // index into the broker's listeners
  const env::Address& peer() const { return connection_->peer_address(); }
  env::Instant last_progress() const { return last_progress_; }
  // Among the shard's sessions; told before run() begins.
  void stands_at(Connections::Place place) { place_ = place; }
  // A request of it is being served, so that its silence is ours. Not so when it does not read its
  // answers.
  bool is_waiting() const { return unfinished_ > 0; }

 private:
  void made_progress();
  Task<Result<>> read_frames();
  Result<> take_bytes(std::size_t count);
  Result<> take_frame(Frame frame);
  void start_ready();
  Task<> serve(Request& request);
  void schedule_answers();
  Task<> send_answers();
  void gather_answers();
  void let_go(Request* request);
  void append_pieces(const Request& request);
  bool is_full() const;
  void cancel_long_polls();

  Shard& shard_;
  std::unique_ptr<env::Connection> connection_;
  std::uint32_t listener_;
  FrameReader reader_;
  std::deque<Request*> requests_;      // not answered yet, in order of arrival
  std::size_t started_ = 0;            // of requests_, from the front
  std::size_t unfinished_ = 0;         // started and not done
  std::size_t unfinished_others_ = 0;  // those of them that are no Produce
  std::size_t requests_bytes_ = 0;     // of requests_ and sent_, as they came
  std::size_t unsent_bytes_ = 0;       // of answers in memory
  env::Instant last_progress_;
  Connections::Place place_;
  Signal changed_;
  TaskScope tasks_;
  std::vector<env::Piece> pieces_;  // of the write under way
  std::vector<Request*> sent_;
  bool closed_ = false;
  bool draining_ = false;
  bool sending_ = false;
  bool answers_scheduled_ = false;
};

}  // namespace weir::broker
