#include "broker/connection/session.h"

#include <fmt/format.h>

#include <utility>

#include "base/check.h"
#include "broker/dispatch.h"
#include "broker/shard.h"

namespace weir::broker {

Session::Session(Shard& shard, std::unique_ptr<env::Connection> connection, std::uint32_t listener)
    : shard_(shard),
      connection_(std::move(connection)),
      listener_(listener),
      reader_(shard.chunks,
              static_cast<std::size_t>(shard.settings().socket.socket_request_max_bytes)),
      last_progress_(shard.env.clock.now()),
      changed_(shard.env.executor),
      tasks_(shard.env.executor) {}

// After run() nothing is left. A simulated crash drops run() in the middle, and its requests with
// it.
Session::~Session() {
  for (Request* request : requests_) shard_.connections.give_back(request);
  for (Request* request : sent_) shard_.connections.give_back(request);
}

Task<> Session::run() {
  const Result<> read = co_await read_frames();
  if (!read && !closed_) {
    shard_.log_foreign_bytes(
        fmt::format("closing the connection of {}: {}", peer().text(), read.error().message()));
    close();
  }
  drain();
  while (!requests_.empty()) co_await changed_.wait();
  co_await tasks_.finished();
  connection_->close();
}

void Session::made_progress() {
  last_progress_ = shard_.env.clock.now();
  shard_.connections.moved(place_);
}

Task<Result<>> Session::read_frames() {
  while (!closed_ && !draining_) {
    if (is_full()) {
      co_await changed_.wait();
      continue;
    }
    const Result<env::Connection::ReadNow> got = connection_->read_now(reader_.room());
    if (!got || got->end) co_return Result<>{};
    if (got->bytes > 0) CO_TRY(take_bytes(got->bytes));
    if (got->is_empty) {
      if (!reader_.has_partial_frame()) reader_.release();
      const Result<> ready = co_await connection_->readable();
      if (!ready) co_return Result<>{};
    }
  }
  co_return Result<>{};
}

Result<> Session::take_bytes(std::size_t count) {
  made_progress();
  reader_.received(count);
  for (;;) {
    TRY_ASSIGN(std::optional<Frame> frame, reader_.next());
    if (!frame) break;
    TRY(take_frame(*std::move(frame)));
  }
  start_ready();
  return {};
}

// On an error the frame has no header that can be answered.
Result<> Session::take_frame(Frame frame) {
  Request* request = shard_.connections.take_request();
  request->session = this;
  request->frame_bytes = frame.bytes.size();
  request->chunk = std::move(frame.chunk);
  request->body = frame.bytes;
  if (Result<> header = read_header(*request); !header) {
    shard_.connections.give_back(request);
    return header;
  }
  requests_.push_back(request);
  requests_bytes_ += request->frame_bytes;
  return {};
}

void Session::let_go(Request* request) {
  requests_bytes_ -= request->frame_bytes;
  shard_.connections.give_back(request);
}

bool Session::is_full() const {
  return requests_.size() >= requests_max || requests_bytes_ >= requests_bytes_max ||
         unsent_bytes_ >= answers_bytes_max;
}

// A request may start when nothing before it is unfinished, or when it and all of those are
// Produces; and when there is room for its answer, so that a client that asks for much holds the
// shard for a few MiB of answers at a time.
void Session::start_ready() {
  while (!closed_ && started_ < requests_.size() && unsent_bytes_ < answers_bytes_max) {
    Request& request = *requests_[started_];
    const bool is_produce = request.api == wire::ApiKey::produce;
    if (unfinished_others_ > 0 || (unfinished_ > 0 && !is_produce)) return;
    ++started_;
    ++unfinished_;
    if (!is_produce) ++unfinished_others_;
    tasks_.spawn(serve(request));
  }
}

Task<> Session::serve(Request& request) {
  co_await broker::serve(request);
  request.is_done = true;
  request.waiting = nullptr;
  --unfinished_;
  if (request.api != wire::ApiKey::produce) --unfinished_others_;
  unsent_bytes_ += request.output.bytes().size();
  if (request.closes_connection) close();
  schedule_answers();
}

void Session::schedule_answers() {
  if (answers_scheduled_ || sending_) return;
  answers_scheduled_ = true;
  // The session is still there when this runs: a finished request is in requests_ until it is sent.
  shard_.env.executor.at_end_of_turn([this] {
    answers_scheduled_ = false;
    tasks_.spawn(send_answers());
  });
}

// Sends every answer that is ready at the front, and again what became ready meanwhile.
Task<> Session::send_answers() {
  sending_ = true;
  while (!requests_.empty() && requests_.front()->is_done) {
    gather_answers();
    start_ready();
    if (!pieces_.empty()) {
      const Result<> written = co_await connection_->write(pieces_);
      made_progress();
      if (!written) close();
    }
    for (Request* request : sent_) {
      unsent_bytes_ -= request->output.bytes().size();
      let_go(request);
    }
    sent_.clear();
    start_ready();
  }
  sending_ = false;
  changed_.notify();
}

void Session::gather_answers() {
  pieces_.clear();
  sent_.clear();
  while (!requests_.empty() && requests_.front()->is_done) {
    Request* request = requests_.front();
    requests_.pop_front();
    --started_;
    if (request->has_answer && !closed_) append_pieces(*request);
    sent_.push_back(request);
  }
}

void Session::append_pieces(const Request& request) {
  const Bytes bytes = request.output.bytes();
  std::size_t from = 0;
  auto file = request.files.begin();
  for (const auto& gap : request.output.gaps()) {
    if (gap.position > from) pieces_.emplace_back(bytes.subspan(from, gap.position - from));
    from = gap.position;
    std::uint64_t left = gap.size;
    while (left > 0) {
      CHECK(file != request.files.end() && file->size <= left, "files fill the gaps of an answer");
      left -= file->size;
      pieces_.emplace_back(*file++);
    }
  }
  if (from < bytes.size()) pieces_.emplace_back(bytes.subspan(from));
}

void Session::close() {
  if (closed_) return;
  closed_ = true;
  connection_->close();
  // What has not been started is never answered.
  while (requests_.size() > started_) {
    let_go(requests_.back());
    requests_.pop_back();
  }
  cancel_long_polls();
  changed_.notify();
}

void Session::drain() {
  if (draining_) return;
  draining_ = true;
  connection_->stop_reading();
  cancel_long_polls();
  changed_.notify();
}

void Session::cancel_long_polls() {
  for (std::size_t i = 0; i < started_; ++i) {
    if (requests_[i]->waiting) std::exchange(requests_[i]->waiting, nullptr)->cancel();
  }
}

}  // namespace weir::broker
