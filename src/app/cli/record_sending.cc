#include "app/cli/record_sending.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace weir::app {
namespace {

constexpr std::chrono::milliseconds guard_period{20};

wire::Blob blob_of(const std::optional<std::string>& bytes) {
  return bytes ? wire::Blob(as_bytes(*bytes)) : wire::Blob::null();
}

}  // namespace

Task<> send_record(client::Producer& producer, std::string_view topic, const RecordText& text,
                   client::OnDelivery done) {
  std::vector<wire::RecordHeader> headers;
  for (const auto& [name, value] : text.headers) headers.push_back({name, blob_of(value)});
  client::ProducerRecord record;
  record.topic = topic;
  record.partition = text.partition;
  if (text.timestamp) record.timestamp = *text.timestamp;
  record.key = blob_of(text.key);
  record.value = blob_of(text.value);
  record.headers = headers;
  if (producer.try_post(record, done)) co_return;
  auto posting = producer.post(record, std::move(done));
  co_await std::move(posting);
}

DeliveryGuard::DeliveryGuard(Session& session, client::Producer& producer,
                             std::function<std::uint64_t()> pending, bool tells)
    : session_(session),
      producer_(producer),
      pending_(std::move(pending)),
      tells_(tells),
      tasks_(session.env.executor) {
  tasks_.spawn(watch(*this));
}

Task<> DeliveryGuard::watch(DeliveryGuard& self) {
  Session& session = self.session_;
  while (!self.is_over_ && !session.interrupted()) co_await session.interruption().wait();
  if (self.is_over_) co_return;
  const std::uint64_t left = self.pending_();
  const std::chrono::seconds limit = session.order_time();
  if (self.tells_ && left > 0 && limit.count() > 0) {
    complain(session.command,
             fmt::format("interrupted: waiting {}s at most for {} record{} under way; again to end "
                         "at once",
                         limit.count(), left, left == 1 ? "" : "s"));
  }
  const env::Instant deadline = session.env.clock.now() + limit;
  while (!self.is_over_ && self.pending_() > 0 && !session.in_a_hurry()) {
    const env::Instant now = session.env.clock.now();
    if (now >= deadline) break;
    co_await session.interruption().wait_until(session.env.timers,
                                               std::min(deadline, now + guard_period));
  }
  if (self.is_over_) co_return;
  if (self.tells_ && session.in_a_hurry() && self.pending_() > 0) {
    complain(session.command, "interrupted again: not waiting any longer");
  }
  self.has_cut_ = true;
  auto closing = self.producer_.close(session.env.clock.now());
  co_await std::move(closing);
}

Task<> DeliveryGuard::deliver() {
  while (pending_() > 0) {
    auto flushing = producer_.flush(session_.env.clock.now() + std::chrono::seconds(1));
    co_await std::move(flushing);
  }
}

Task<> DeliveryGuard::close() {
  is_over_ = true;
  session_.interruption().notify();
  auto ending = tasks_.finished();
  co_await std::move(ending);
  auto closing = producer_.close(session_.env.clock.now());
  co_await std::move(closing);
}

}  // namespace weir::app
