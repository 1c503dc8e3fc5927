// A partition's folder of arbitrary files: opening it ends in a log or an error, and opening the
// result again changes nothing. After a loss of power what lies above the durable mark is whole
// then; of what else was not read nothing is said. Nothing is read more than a few times.

#include <algorithm>

#include "base/check.h"
#include "base/steps.h"
#include "log/log_test_support.cc"          // fuzzers link the library only
#include "log/memory_disk_test_support.cc"  // likewise

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  using namespace weir::log;
  if (size < 8) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto take = [&](std::size_t count) {
    const auto taken = rest.substr(0, count);
    rest.remove_prefix(taken.size());
    return std::string(taken);
  };
  const std::string head = take(8);
  LogFixture fixture({.index_interval_bytes = 64});
  for (int i = 0; i < 3; ++i)
    fixture.append({.records = 2, .producer_id = 1, .producer_epoch = 0, .base_sequence = 2 * i});
  fixture.close();
  const auto overwrite = [&](const char* name, std::size_t count) {
    if (count != 0) fixture.disk.content(fixture.path(name)) = take(count);
  };
  overwrite("00000000000000000000.index", static_cast<std::uint8_t>(head[0]) % 64);
  overwrite("00000000000000000000.timeindex", static_cast<std::uint8_t>(head[1]) % 64);
  overwrite("00000000000000000000.txnindex", static_cast<std::uint8_t>(head[2]) % 72);
  overwrite("00000000000000000006.snapshot", static_cast<std::uint8_t>(head[3]) % 128);
  overwrite("leader-epoch-checkpoint", static_cast<std::uint8_t>(head[4]) % 32);
  auto& log = fixture.disk.content(fixture.path("00000000000000000000.log"));
  log.resize(std::min<std::size_t>(log.size(), static_cast<std::uint8_t>(head[5]) * 4));
  log += rest;
  const bool clean = (head[6] & 1) != 0;
  fixture.nothing_lost = (head[6] & 2) != 0;  // the process was killed
  const bool looks_above_mark = !clean && !fixture.nothing_lost;
  const Offset mark = static_cast<std::uint8_t>(head[7]) % 4 * 2;  // where a batch ends
  const std::uint64_t bytes = log.size() + size;
  const StepsSince steps;
  const bool is_open = fixture.try_open(clean, mark).has_value();
  CHECK(steps.taken() <= 4096 + 16 * bytes, "work is linear");
  if (!is_open) return 0;
  const Offset end = fixture.log().log_end_offset();
  const auto checked = std::max(fixture.log().log_start_offset(), looks_above_mark ? mark : end);
  const auto offsets = fixture.offsets(checked);
  CHECK(fixture.try_open(clean, std::min(mark, end)).has_value());
  CHECK(fixture.log().log_end_offset() == end);
  CHECK(fixture.offsets(checked) == offsets);
  return 0;
}
