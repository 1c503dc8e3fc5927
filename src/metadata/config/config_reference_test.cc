#include "metadata/config/config_reference.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace weir::metadata {
namespace {

TEST(ConfigReference, the_page_in_docs_is_that_of_the_tables) {
  const std::string path = WEIR_SOURCE_DIR "/docs/configuration.md";
  if (std::getenv("REWRITE") != nullptr) std::ofstream(path) << config_reference();
  std::ifstream in(path);
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  EXPECT_TRUE(page == config_reference()) << "renew it: REWRITE=1 metadata_test";
}

}  // namespace
}  // namespace weir::metadata
