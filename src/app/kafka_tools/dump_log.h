#pragma once
// kafka-dump-log: what Kafka's DumpLogSegments prints of segments, indexes and snapshots. Reads
// only. docs/kafka_tools.md lists where it differs.

#include <cstdio>
#include <string>
#include <vector>

#include "base/env/disk.h"

namespace weir::app::kafka {

// 0; 1 when the command line is refused or a file cannot be read on.
int dump_log(env::Disk& disk, const std::vector<std::string>& words, std::FILE* out,
             std::FILE* err);

}  // namespace weir::app::kafka
