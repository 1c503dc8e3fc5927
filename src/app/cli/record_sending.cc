#include "app/cli/record_sending.h"

#include <utility>
#include <vector>

namespace weir::app {
namespace {

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

Task<> deliver_until(Session& session, client::Producer& producer, std::function<bool()> is_done) {
  while (!is_done() && !session.interrupted()) {
    auto flushing = producer.flush(session.env.clock.now() + std::chrono::seconds(1));
    co_await std::move(flushing);
  }
}

}  // namespace weir::app
