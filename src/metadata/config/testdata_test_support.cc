#include "metadata/config/testdata_test_support.h"

#include <fstream>

#include "base/check.h"

namespace weir::metadata {

std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == text.npos) return parts;
    text.remove_prefix(at + separator.size());
  }
}

std::vector<std::vector<std::string>> read_rows(std::string_view file) {
  std::ifstream in(std::string(WEIR_SOURCE_DIR "/src/metadata/config/testdata/").append(file));
  CHECK(in.good());
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with('#')) rows.push_back(split(line, "\t"));
  }
  CHECK(!rows.empty());
  return rows;
}

}  // namespace weir::metadata
