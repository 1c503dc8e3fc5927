#pragma once
// From the failures of the layers below to the public one.

#include "client/failure.h"
#include "client/producer/record.h"
#include "weir/failure.h"

namespace weir::clientlib {

Failure failure_of(const Error& error);
Failure failure_of(const client::Failure& failure);
Failure failure_of(const client::Undelivered& record);
Failure failure_of(wire::ErrorCode code, std::string what);

template <class T>
std::expected<T, Failure> outcome_of(client::Outcome<T> outcome) {
  if (!outcome) return std::unexpected(failure_of(outcome.error()));
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return *std::move(outcome);
  }
}

}  // namespace weir::clientlib
