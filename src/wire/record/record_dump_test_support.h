#pragma once
// Says in text what record batches hold, in the words of test/record/src/weir/Dump.java.

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "wire/record/batch.h"

namespace weir::wire::test {

std::string dump(Bytes batches);
// As if the batch were at `base_offset` with `epoch`.
std::string dump_header(BatchView batch, Offset base_offset, LeaderEpoch epoch);
std::string dump_records(BatchView batch, Offset offset_shift);

std::vector<std::byte> read_file(const std::string& path);
void write_file(const std::string& path, Bytes bytes);

}  // namespace weir::wire::test
