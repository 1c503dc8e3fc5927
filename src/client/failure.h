#pragma once
// Why something a client asked for did not happen. Either a broker said so (`answer` is Kafka's
// error), or no answer came to be (`answer` is none and `cause` says what happened here).

#include <expected>
#include <string>

#include "base/result.h"
#include "wire/error_code.h"

namespace weir::client {

struct Failure {
  // NOLINTNEXTLINE: TRY turns an Error of the layers below into a Failure.
  Failure(Error error) : cause(std::move(error)) {}
  // `what` names what was asked for; the error's own words are added by message(): those that the
  // broker sent (`said`), if any.
  Failure(wire::ErrorCode code, std::string what, std::string said_in = {})
      : answer(code), cause{Errc::invalid, std::move(what)}, said(std::move(said_in)) {}

  bool is_answer() const { return answer != wire::ErrorCode::none; }
  // The same request may succeed later: a retriable error of Kafka's, or a lost connection.
  bool is_retriable() const;
  // The brokers or leaders that we know of are out of date.
  bool asks_for_metadata() const;
  std::string message() const;  // one line: "topic 'a': UNKNOWN_TOPIC_OR_PARTITION (...)"

  wire::ErrorCode answer = wire::ErrorCode::none;
  Error cause;
  std::string said;  // the broker's own words; empty: none
};

template <class T = void>
using Outcome = std::expected<T, Failure>;

inline std::unexpected<Failure> fail(wire::ErrorCode code, std::string what,
                                     std::string said = {}) {
  return std::unexpected<Failure>(Failure(code, std::move(what), std::move(said)));
}

}  // namespace weir::client
