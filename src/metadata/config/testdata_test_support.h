#pragma once
// Reads the tab-separated answers of Apache Kafka 4.4.0 in testdata/.

#include <string>
#include <string_view>
#include <vector>

namespace weir::metadata {

std::vector<std::string> split(std::string_view text, std::string_view separator);

// The rows of a file of testdata/, without comments.
std::vector<std::vector<std::string>> read_rows(std::string_view file);

}  // namespace weir::metadata
