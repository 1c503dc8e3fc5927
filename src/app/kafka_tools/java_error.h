#pragma once
// What ends a tool of Kafka's: in Java an exception, whose class and message it prints.

#include <expected>
#include <string>
#include <string_view>

#include "client/failure.h"

namespace weir::app::kafka {

struct JavaError {
  enum class Kind : std::uint8_t {
    exception,
    usage,  // the message and the options go to standard error, the exit code is 1
    exit,   // everything is said
  };

  JavaError(std::string type_in, std::string message_in)
      : type(std::move(type_in)), message(std::move(message_in)) {}
  // NOLINTNEXTLINE: TRY turns a Failure of the administrator into what a tool ends with.
  JavaError(const client::Failure& failure);
  // NOLINTNEXTLINE: likewise an Error of the layers below.
  JavaError(const Error& error);

  static JavaError bad_usage(std::string message) {
    JavaError error("", std::move(message));
    error.kind = Kind::usage;
    return error;
  }
  static JavaError ended(int exit_code) {
    JavaError error("", "");
    error.kind = Kind::exit;
    error.exit_code = exit_code;
    return error;
  }
  static JavaError illegal_argument(std::string message) {
    return {"java.lang.IllegalArgumentException", std::move(message)};
  }

  std::string text() const;  // Throwable.toString
  // As the cause of another, which has no words of its own.
  JavaError inside(std::string outer) const;
  JavaError in_execution() const { return inside("java.util.concurrent.ExecutionException"); }
  JavaError in_runtime() const { return inside("java.lang.RuntimeException"); }

  Kind kind = Kind::exception;
  std::string type;  // "java.lang.IllegalArgumentException"
  std::string message;
  wire::ErrorCode answer = wire::ErrorCode::none;  // what the broker said
  int exit_code = 1;                               // of Kind::exit
};

template <class T = void>
using Ran = std::expected<T, JavaError>;

inline std::unexpected<JavaError> illegal_argument(std::string message) {
  return std::unexpected(JavaError::illegal_argument(std::move(message)));
}
// What its author meant to be read without a stack trace.
inline std::unexpected<JavaError> terse(std::string message) {
  return std::unexpected(JavaError("org.apache.kafka.tools.TerseException", std::move(message)));
}
inline std::unexpected<JavaError> bad_usage(std::string message) {
  return std::unexpected(JavaError::bad_usage(std::move(message)));
}

}  // namespace weir::app::kafka
