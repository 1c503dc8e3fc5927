#pragma once
// The error codes of the protocol. The table is error_codes.inc; the words are our own, the names
// and traits are Kafka's (org.apache.kafka.common.protocol.Errors).

#include <cstdint>
#include <span>
#include <string_view>

namespace weir::wire {

enum class ErrorCode : std::int16_t {
#define WEIR_ERROR(code, name, traits, message) name = code,
#include "wire/error_codes.inc"
#undef WEIR_ERROR
};

struct ErrorInfo {
  ErrorCode code;
  std::string_view name;     // "UNKNOWN_TOPIC_OR_PARTITION"
  bool retriable;            // the same request may succeed later
  bool refresh_metadata;     // ... after the client has asked for metadata again
  std::string_view message;  // one sentence without a full stop; empty for none
};

std::span<const ErrorInfo> all_errors();  // ascending by code

// Codes that this version does not know count as unknown_server_error, as in Kafka's clients.
const ErrorInfo& error_info(std::int16_t code);
inline const ErrorInfo& error_info(ErrorCode code) {
  return error_info(static_cast<std::int16_t>(code));
}

// The value for a message's error_code field.
constexpr std::int16_t code_of(ErrorCode code) { return static_cast<std::int16_t>(code); }

}  // namespace weir::wire
