// Arbitrary bytes as a file of a data directory: `weir log dump`, `weir log verify` and
// kafka-dump-log say what it is or what is wrong with it, and leave it as it is.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

#include "app/cli/log_files/dump.h"
#include "app/cli/log_files/log_file.h"
#include "app/cli/log_files/verify.h"
#include "app/kafka_tools/dump_log.h"
#include "base/check.h"
#include "log/memory_disk_test_support.cc"  // fuzzers link the library only

namespace {

using namespace weir;
using namespace weir::app;

constexpr std::array<const char*, 16> fuzzed_names = {
    "/d/t-0/00000000000000000000.log",
    "/d/t-0/00000000000000000000.index",
    "/d/t-0/00000000000000000000.timeindex",
    "/d/t-0/00000000000000000000.txnindex",
    "/d/t-0/00000000000000000005.snapshot",
    "/d/t-0/leader-epoch-checkpoint",
    "/d/t-0/partition.metadata",
    "/d/recovery-point-offset-checkpoint",
    "/d/meta.properties",
    "/d/__cluster_metadata-0/quorum-state",
    "/d/__cluster_metadata-0/00000000000000000005-0000000001.checkpoint",
    "/d/__cluster_metadata-0/00000000000000000000.log",
    "/d/__consumer_offsets-0/00000000000000000000.log",
    "/d/__transaction_state-0/00000000000000000000.log",
    "/d/__share_group_state-0/00000000000000000000.log",
    "/d/.kafka_cleanshutdown",
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::FILE* const nowhere = std::fopen("/dev/null", "w");
  if (size < 2) return 0;
  log::MemoryDisk disk;
  const std::string path = fuzzed_names[data[0] % fuzzed_names.size()];
  const std::string content(reinterpret_cast<const char*>(data) + 2, size - 2);
  CHECK(disk.create_directories(split_path(path).folder).has_value());
  disk.content(path) = content;
  const auto file = identify(path);
  CHECK(file.has_value(), path);

  std::size_t printed = 0;
  const DumpSettings settings{.as_json = (data[1] & 1) != 0,
                              .with_data = (data[1] & 2) != 0,
                              .print = [&](std::string_view text) { printed += text.size(); }};
  static_cast<void>(dump_log_file(disk, *file, settings));
  std::size_t reported = 0;
  const VerifySettings looking{.report = [&](const Problem&) { ++reported; },
                               .wait = [] {},
                               .looks = 1 + (data[1] >> 2 & 1)};
  if (const auto verified = verify_file(disk, *file, looking)) {
    CHECK(verified->problems == reported);
  }
  static_cast<void>(verify_directory(disk, "/d", looking));
  static_cast<void>(kafka::dump_log(disk, {"--files", path, "--print-data-log", "--deep-iteration"},
                                    nowhere, nowhere));
  CHECK(disk.content(path) == content, "files are read and never written");
  return 0;
}
