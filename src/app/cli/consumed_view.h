#pragma once
// A record that a consumer handed out, as what prints records sees it.

#include "app/cli/text/record_format.h"
#include "client/consumer/consumer.h"

namespace weir::app {

// Views into the batch.
RecordView view_of(const client::ConsumedRecords& consumed, const wire::Record& record);

}  // namespace weir::app
