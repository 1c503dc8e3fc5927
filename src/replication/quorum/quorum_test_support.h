#pragma once
// Captured files of Apache Kafka 4.4.0, and bytes as text.

#include <string>
#include <string_view>
#include <vector>

namespace weir::replication {

// src/replication/quorum/testdata/<name>: kafka-{standalone,static}.checkpoint are the 0-0
// checkpoints that formatting leaves, kafka-{standalone,static}.log the metadata log after the
// first start.
std::string test_file(std::string_view name);

}  // namespace weir::replication
