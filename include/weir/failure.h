#pragma once
// Why something that was asked for did not happen. Every operation answers with a value or with a
// Failure; nothing throws. A value: copied freely, used by one thread at a time.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "weir/api.h"

namespace weir {

class WEIR_API Failure {
 public:
  enum class Kind : std::uint8_t {
    answered,      // a broker said no: kafka_code() and kafka_name() say why
    unreachable,   // nobody there, or the connection failed
    timed_out,     // no answer in time
    closed,        // the connection, or the object that was asked, is closed
    interrupted,   // the caller's stop_token, or wakeup()
    invalid,       // an argument or option is not acceptable
    unsupported,   // known, and not built or not served
    not_found,     // no such property, broker, file, ...
    exists,        // it is there already
    busy,          // somebody else holds it
    too_large,     // beyond a stated bound
    out_of_range,  // an offset or a version outside of what there is
    corrupt,       // what came is not what it should be
  };

  Failure(Kind kind, std::string message);
  // A broker's answer. `name` points to a constant.
  Failure(int kafka_code, std::string_view kafka_name, bool is_retriable, std::string message);

  Kind kind() const { return kind_; }
  // Kafka's number and name of the error ("UNKNOWN_TOPIC_OR_PARTITION"); 0 and empty: no broker
  // spoke.
  int kafka_code() const { return kafka_code_; }
  std::string_view kafka_name() const { return kafka_name_; }
  // One line that names what was asked for, for people.
  const std::string& message() const { return message_; }
  // The same request may succeed later.
  bool is_retriable() const { return is_retriable_; }
  // Of a record that was to be produced: a broker may have written it all the same.
  bool may_be_written() const { return may_be_written_; }

  void set_may_be_written(bool may_be) { may_be_written_ = may_be; }
  void set_retriable(bool is) { is_retriable_ = is; }

 private:
  std::string message_;
  std::string_view kafka_name_;
  int kafka_code_ = 0;
  Kind kind_;
  bool is_retriable_ = false;
  bool may_be_written_ = false;
};

// "timed_out", for logs.
WEIR_API std::string_view name_of(Failure::Kind kind);

}  // namespace weir
