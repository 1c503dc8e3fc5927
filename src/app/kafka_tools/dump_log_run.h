#pragma once
// One run of kafka-dump-log: what it was asked for, where it prints, and what it has found wrong so
// far, which is said at the end.

#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/log_files/log_file.h"
#include "base/env/disk.h"
#include "base/result.h"

namespace weir::app::kafka {

enum class PlainDecoder : std::uint8_t { string, integer, long_integer };

struct DumpLogSettings {
  std::vector<std::string> files;
  bool print_data = false;
  bool deep = false;
  bool verify_only = false;
  bool sanity_only = false;
  bool skip_record_metadata = false;
  std::int32_t message_size_max = 5 * 1024 * 1024;
  std::int32_t bytes_max = INT32_MAX;
  RecordKind records = RecordKind::plain;
  PlainDecoder key_decoder = PlainDecoder::string;
  PlainDecoder value_decoder = PlainDecoder::string;
};

struct OffsetPair {
  std::int64_t first = 0;
  std::int64_t second = 0;
};

struct DumpLogRun {
  env::Disk& disk;
  DumpLogSettings settings;
  std::FILE* out;
  std::FILE* err;

  // By absolute path.
  std::map<std::string, std::map<std::int64_t, std::int64_t, std::greater<>>> index_mismatches;
  std::map<std::string, std::vector<OffsetPair>> time_mismatches;
  std::map<std::string, std::vector<OffsetPair>> time_disorder;
  std::map<std::string, std::vector<OffsetPair>> offsets_not_found;
  std::map<std::string, std::map<std::int64_t, std::int64_t>> gaps;

  // Ends the program when nothing more can be printed: files may be large.
  void print(std::string_view text) const;
  void complain(std::string_view text) const { std::fwrite(text.data(), 1, text.size(), err); }
};

// Each dumps one file. Errors end the run; `what` is the message.
Result<> dump_segment(DumpLogRun& run, const std::string& path);
Result<> dump_offset_index(DumpLogRun& run, const std::string& path);
Result<> dump_time_index(DumpLogRun& run, const std::string& path);
Result<> dump_transaction_index(DumpLogRun& run, const std::string& path);
Result<> dump_producer_snapshot(DumpLogRun& run, const std::string& path);

// As java.io.File.getAbsolutePath: the working directory before it, nothing resolved.
std::string absolute_path(const std::string& path);
// The number before the first dot of a file's name. Error: invalid.
Result<Offset> offset_of_name(const std::string& path);

}  // namespace weir::app::kafka
