#pragma once
// From what a consumer's poll gave to the public records, without a copy of their bytes.

#include "client/consumer/consumer.h"
#include "weir/records.h"

namespace weir::clientlib {

Records records_of(client::Polled polled);

}  // namespace weir::clientlib
