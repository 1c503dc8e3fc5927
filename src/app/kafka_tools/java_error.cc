#include "app/kafka_tools/java_error.h"

#include <fmt/format.h>

#include <array>
#include <cctype>

namespace weir::app::kafka {
namespace {

using wire::ErrorCode;

// Kafka's words for what its brokers answer without words of their own: scripts look for them. For
// other errors our own stand in.
struct Words {
  ErrorCode code;
  std::string_view text;
};
constexpr auto default_words = std::to_array<Words>({
    {ErrorCode::offset_out_of_range,
     "The requested offset is not within the range of offsets maintained by the server."},
    {ErrorCode::unknown_topic_or_partition, "This server does not host this topic-partition."},
    {ErrorCode::message_too_large,
     "The request included a message larger than the max message size the server will accept."},
    {ErrorCode::coordinator_not_available, "The coordinator is not available."},
    {ErrorCode::not_coordinator, "This is not the correct coordinator."},
    {ErrorCode::request_timed_out, "The request timed out."},
    {ErrorCode::invalid_group_id, "The group id is invalid."},
    {ErrorCode::unknown_member_id, "The coordinator is not aware of this member."},
    {ErrorCode::topic_already_exists, "Topic with this name already exists."},
    {ErrorCode::non_empty_group, "The group is not empty."},
    {ErrorCode::group_id_not_found, "The group id does not exist."},
    {ErrorCode::group_subscribed_to_topic,
     "Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to "
     "it."},
    {ErrorCode::unknown_topic_id, "This server does not host this topic ID."},
    {ErrorCode::topic_deletion_disabled, "Topic deletion is disabled."},
    {ErrorCode::broker_id_not_registered, "The given broker ID was not registered."},
});

// Errors whose exception is not called by the error's name.
struct ClassName {
  ErrorCode code;
  std::string_view name;
};
constexpr auto irregular_classes = std::to_array<ClassName>({
    {ErrorCode::unknown_server_error, "UnknownServer"},
    {ErrorCode::corrupt_message, "CorruptRecord"},
    {ErrorCode::request_timed_out, "Timeout"},
    {ErrorCode::message_too_large, "RecordTooLarge"},
    {ErrorCode::invalid_topic_exception, "InvalidTopic"},
    {ErrorCode::topic_already_exists, "TopicExists"},
    {ErrorCode::invalid_config, "InvalidConfiguration"},
    {ErrorCode::non_empty_group, "GroupNotEmpty"},
    {ErrorCode::kafka_storage_error, "KafkaStorage"},
});

std::string class_of(ErrorCode code) {
  std::string name;
  for (const ClassName& irregular : irregular_classes) {
    if (irregular.code == code) name = irregular.name;
  }
  if (name.empty()) {
    bool is_first = true;
    for (const char letter : wire::error_info(code).name) {
      if (letter == '_') {
        is_first = true;
        continue;
      }
      name +=
          is_first ? letter : static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
      is_first = false;
    }
  }
  return fmt::format("org.apache.kafka.common.errors.{}Exception", name);
}

std::string words_of(const client::Failure& failure) {
  if (!failure.said.empty()) return failure.said;
  for (const Words& words : default_words) {
    if (words.code == failure.answer) return std::string(words.text);
  }
  return std::string(wire::error_info(failure.answer).message);
}

std::string class_of(Errc code) {
  switch (code) {
    case Errc::timed_out:
      return "org.apache.kafka.common.errors.TimeoutException";
    case Errc::closed:
    case Errc::io:
      return "org.apache.kafka.common.errors.DisconnectException";
    case Errc::unsupported:
      return "org.apache.kafka.common.errors.UnsupportedVersionException";
    default:
      return "org.apache.kafka.common.KafkaException";
  }
}

}  // namespace

JavaError::JavaError(const client::Failure& failure)
    : type(failure.is_answer() ? class_of(failure.answer) : class_of(failure.cause.code)),
      message(failure.is_answer() ? words_of(failure) : failure.cause.what),
      answer(failure.answer) {}

JavaError::JavaError(const Error& error) : type(class_of(error.code)), message(error.what) {}

std::string JavaError::text() const {
  return message.empty() ? type : fmt::format("{}: {}", type, message);
}

JavaError JavaError::inside(std::string outer) const {
  JavaError whole(std::move(outer), text());
  whole.answer = answer;
  return whole;
}

}  // namespace weir::app::kafka
