#include "app/cli/exit.h"

namespace weir::app {

Exit exit_for(const client::Failure& failure) {
  using wire::ErrorCode;
  switch (failure.answer) {
    case ErrorCode::none:
      break;
    case ErrorCode::unknown_topic_or_partition:
    case ErrorCode::unknown_topic_id:
    case ErrorCode::group_id_not_found:
    case ErrorCode::resource_not_found:
    case ErrorCode::broker_id_not_registered:
      return Exit::not_found;
    case ErrorCode::request_timed_out:
      return Exit::unreachable;
    default:
      return Exit::failed;
  }
  switch (failure.cause.code) {
    case Errc::not_found:
      return Exit::not_found;
    case Errc::closed:
    case Errc::timed_out:
      return Exit::unreachable;
    case Errc::invalid:
      return Exit::usage;
    default:
      return Exit::failed;
  }
}

void Exits::add(Exit exit) {
  if (exit == Exit::done) {
    any_done_ = true;
  } else if (worst_ == Exit::done || exit == Exit::interrupted) {
    worst_ = exit;
  } else if (worst_ != exit) {
    worst_ = Exit::failed;
  }
}

Exit Exits::result() const {
  if (worst_ == Exit::done || worst_ == Exit::interrupted) return worst_;
  return any_done_ ? Exit::partial : worst_;
}

}  // namespace weir::app
