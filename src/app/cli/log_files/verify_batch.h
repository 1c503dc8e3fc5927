#pragma once
// What a batch holds: checksum, records, and what they mean.

#include <string>
#include <vector>

#include "app/cli/log_files/log_file.h"
#include "app/cli/log_files/problem.h"
#include "wire/compression/compression.h"
#include "wire/record/record.h"

namespace weir::app {

class BatchCheck {
 public:
  BatchCheck(std::string path, RecordKind kind, Findings& findings)
      : path_(std::move(path)), kind_(kind), findings_(findings) {}

  void check(const wire::BatchView& batch, std::uint64_t position);

 private:
  void check_records(const wire::BatchView& batch, std::uint64_t position);
  void check_record(const wire::BatchView& batch, std::uint64_t position,
                    const wire::Record& record, Offset previous);

  std::string path_;
  RecordKind kind_;
  Findings& findings_;
  wire::CompressionContext context_;
  std::vector<std::byte> storage_;
};

}  // namespace weir::app
