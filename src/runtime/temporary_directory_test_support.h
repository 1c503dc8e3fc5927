#pragma once
// A directory that lasts as long as a test.

#include <filesystem>
#include <string>

#include "base/check.h"

namespace weir::runtime {

class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_(std::filesystem::temp_directory_path() / "weir-test-XXXXXX") {
    CHECK(::mkdtemp(path_.data()) != nullptr, "no temporary directory");
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace weir::runtime
