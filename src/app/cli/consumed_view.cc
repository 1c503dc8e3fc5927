#include "app/cli/consumed_view.h"

namespace weir::app {
namespace {

std::optional<std::string_view> text_of(const wire::Blob& bytes) {
  if (bytes.is_null()) return std::nullopt;
  return as_text(bytes.view());
}

}  // namespace

RecordView view_of(const client::ConsumedRecords& consumed, const wire::Record& record) {
  RecordView view;
  view.topic = consumed.partition.topic;
  view.partition = consumed.partition.partition;
  view.offset = record.offset;
  view.timestamp = record.timestamp;
  view.is_log_append_time = consumed.batch.is_log_append_time;
  view.key = text_of(record.key);
  view.value = text_of(record.value);
  for (const wire::RecordHeader& header : record.headers) {
    view.headers.emplace_back(header.key, text_of(header.value));
  }
  return view;
}

}  // namespace weir::app
