#pragma once
// Metadata logs of Apache Kafka 4.4.0, and images made of them.

#include <string>
#include <string_view>
#include <vector>

#include "metadata/image/replay.h"

namespace weir::metadata {

// src/metadata/image/testdata/<name>: kafka-{standalone,static}-life.log are whole metadata logs:
// start, topics, configs, a group, a deletion, clean stop, restart, kill -9, restart, clean stop.
std::string test_file(std::string_view name);

struct LoggedRecord {
  Offset offset = no_offset;
  std::vector<std::byte> value;
};
// The records of a log's data batches. CHECKs that the log is good.
std::vector<LoggedRecord> records_of_log(std::string_view log);

// CHECKs that all of them apply.
Image image_of(const std::vector<LoggedRecord>& records);

// Whether the two hold the same, whatever their maps share.
bool same_content(const Image& a, const Image& b);

}  // namespace weir::metadata
