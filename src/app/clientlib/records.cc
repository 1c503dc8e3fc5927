#include "weir/records.h"

#include "app/clientlib/received.h"
#include "wire/record/record.h"

namespace weir {
namespace {

BytesView bytes_of(const wire::Blob& bytes) {
  return bytes.is_null() ? BytesView() : BytesView(bytes.view().data(), bytes.size());
}

struct Data {
  client::Polled polled;  // names, and buffers
  std::vector<ReceivedRecord> records;
};

}  // namespace

void Headers::Iterator::read() {
  if (left_ == 0) return;
  const std::byte* const end = rest_.data() + rest_.size();
  const wire::RecordHeaders::Iterator at(rest_.data(), end, left_);
  header_ = {at->key, bytes_of(at->value)};
  rest_ = {at.after(), end};
}

Headers::Iterator& Headers::Iterator::operator++() {
  --left_;
  read();
  return *this;
}

std::optional<BytesView> Headers::find(std::string_view name) const {
  std::optional<BytesView> found;
  for (const Header& each : *this) {
    if (each.name == name) found = each.value;
  }
  return found;
}

Records clientlib::records_of(client::Polled polled) {
  auto data = std::make_shared<Data>();
  data->polled = std::move(polled);
  std::size_t count = 0;
  for (const auto& part : data->polled) count += part.batch.records.size();
  data->records.reserve(count);
  for (const auto& [partition, batch] : data->polled) {
    for (const wire::Record& record : batch.records) {
      data->records.push_back(
          {.topic = partition.topic,
           .partition = partition.partition,
           .leader_epoch = batch.leader_epoch,
           .offset = record.offset,
           .timestamp = Timestamp(std::chrono::milliseconds(record.timestamp)),
           .is_log_append_time = batch.is_log_append_time,
           .key = bytes_of(record.key),
           .value = bytes_of(record.value),
           .headers =
               Headers(record.headers.bytes(), static_cast<std::int32_t>(record.headers.size()))});
    }
  }
  const std::span<const ReceivedRecord> records = data->records;
  return {records, std::move(data)};
}

}  // namespace weir
