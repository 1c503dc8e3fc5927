#pragma once
// The one record of a control batch that ends a transaction (ControlRecordType.java,
// EndTransactionMarker.java): key {version i16, type i16: 0 abort, 1 commit}, value {version i16,
// coordinator_epoch i32}.

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "wire/record/batch.h"

namespace weir::log {

struct ControlMarker {
  bool is_abort = false;
  std::int32_t coordinator_epoch = -1;
};

// Nothing for an empty control batch, or a control record of another kind. Errors: corrupt.
Result<std::optional<ControlMarker>> read_control_marker(const wire::BatchView& batch);

}  // namespace weir::log
