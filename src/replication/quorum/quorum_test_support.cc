#include "replication/quorum/quorum_test_support.h"

#include <fstream>
#include <iterator>

#include "base/check.h"

namespace weir::replication {

std::string test_file(std::string_view name) {
  std::ifstream file(std::string(WEIR_SOURCE_DIR "/src/replication/quorum/testdata/").append(name),
                     std::ios::binary);
  CHECK(file.good(), "a file of the tests is missing");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace weir::replication
