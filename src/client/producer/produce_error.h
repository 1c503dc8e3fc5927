#pragma once
// What a producer makes of an error in a Produce answer.

#include <cstdint>

#include "wire/error_code.h"

namespace weir::client {

enum class ProduceVerdict : std::uint8_t {
  written,         // no error, or a duplicate of what was written before
  again,           // the same batch, later or elsewhere
  smaller,         // too large: in two halves
  out_of_order,    // sequences: something before it is missing; not written
  unknown_writer,  // the log does not accept this producer id and epoch; not written
  refused,         // final
};
ProduceVerdict verdict_of(wire::ErrorCode error);

// The batch may stand in the log, now or once the replicas have caught up, in spite of the error.
bool may_be_written_after(wire::ErrorCode error);

}  // namespace weir::client
