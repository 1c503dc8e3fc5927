#include "app/clientlib/failures.h"

namespace weir {

Failure::Failure(Kind kind, std::string message)
    : message_(std::move(message)),
      kind_(kind),
      is_retriable_(kind == Kind::unreachable || kind == Kind::timed_out) {}

Failure::Failure(int kafka_code, std::string_view kafka_name, bool is_retriable,
                 std::string message)
    : message_(std::move(message)),
      kafka_name_(kafka_name),
      kafka_code_(kafka_code),
      kind_(Kind::answered),
      is_retriable_(is_retriable) {}

std::string_view name_of(Failure::Kind kind) {
  switch (kind) {
    case Failure::Kind::answered:
      return "answered";
    case Failure::Kind::unreachable:
      return "unreachable";
    case Failure::Kind::timed_out:
      return "timed_out";
    case Failure::Kind::closed:
      return "closed";
    case Failure::Kind::interrupted:
      return "interrupted";
    case Failure::Kind::invalid:
      return "invalid";
    case Failure::Kind::unsupported:
      return "unsupported";
    case Failure::Kind::not_found:
      return "not_found";
    case Failure::Kind::exists:
      return "exists";
    case Failure::Kind::busy:
      return "busy";
    case Failure::Kind::too_large:
      return "too_large";
    case Failure::Kind::out_of_range:
      return "out_of_range";
    case Failure::Kind::corrupt:
      return "corrupt";
  }
  return "unknown";
}

namespace clientlib {
namespace {

Failure::Kind kind_of(Errc code) {
  switch (code) {
    case Errc::corrupt:
      return Failure::Kind::corrupt;
    case Errc::invalid:
      return Failure::Kind::invalid;
    case Errc::not_found:
      return Failure::Kind::not_found;
    case Errc::exists:
      return Failure::Kind::exists;
    case Errc::out_of_range:
      return Failure::Kind::out_of_range;
    case Errc::unsupported:
      return Failure::Kind::unsupported;
    case Errc::too_large:
      return Failure::Kind::too_large;
    case Errc::busy:
      return Failure::Kind::busy;
    case Errc::closed:
      return Failure::Kind::closed;
    case Errc::timed_out:
      return Failure::Kind::timed_out;
    case Errc::io:
    case Errc::no_space:
      return Failure::Kind::unreachable;
  }
  return Failure::Kind::invalid;
}

}  // namespace

Failure failure_of(const Error& error) { return {kind_of(error.code), error.what}; }

Failure failure_of(const client::Failure& failure) {
  if (!failure.is_answer()) {
    Failure converted = failure_of(failure.cause);
    converted.set_retriable(failure.is_retriable());
    return converted;
  }
  const wire::ErrorInfo& info = wire::error_info(failure.answer);
  return {wire::code_of(failure.answer), info.name, failure.is_retriable(), failure.message()};
}

Failure failure_of(const client::Undelivered& record) {
  Failure converted = failure_of(record.why);
  converted.set_may_be_written(record.may_be_written);
  return converted;
}

Failure failure_of(wire::ErrorCode code, std::string what) {
  return failure_of(client::Failure(code, std::move(what)));
}

}  // namespace clientlib
}  // namespace weir
