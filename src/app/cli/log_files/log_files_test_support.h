#pragma once
// Copies of directories that Apache Kafka wrote, to be damaged.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env/disk.h"
#include "runtime/posix_disk.h"
#include "runtime/temporary_directory_test_support.h"

namespace weir::app {

class LogFilesFixture {
 public:
  LogFilesFixture();  // `plain-0`, `txn-0`, `compacted-0` and the files beside them

  std::string path(std::string_view name) const;
  std::string read(std::string_view name) const;
  void write(std::string_view name, std::string_view content) const;
  void change(std::string_view name, std::size_t position, std::string_view bytes) const;

  std::string dump(std::string_view name, bool as_json = false, bool with_data = true);
  std::vector<std::string> verify(std::string_view name);  // the problems; a directory, or a file
  std::vector<std::string> files() const;                  // of everything, by name, sorted

  runtime::PosixDisk disk;
  std::function<void()> wait = [] {};  // between looks of verify()
  int looks = 4;

 private:
  runtime::TemporaryDirectory directory_;
};

// A segment of __consumer_offsets, and one of the metadata log with its snapshot, by what stands in
// other modules' test data.
void add_internal_topics(LogFilesFixture& fixture);

}  // namespace weir::app
