// Arbitrary bytes as an index. What is looked up never lies above what was asked for, and once the
// valid prefix is kept it ascends and is kept whole by the next start. Looking up takes a step for
// each time that the index is halved, checking one for each entry.

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/steps.h"
#include "log/format/offset_index.h"
#include "log/format/time_index.h"
#include "log/format/transaction_index.h"
#include "log/memory_disk_test_support.cc"  // fuzzers link the library only

namespace {

using namespace weir;
using namespace weir::log;

constexpr Offset fuzzed_base = 1000;
constexpr std::uint64_t lookup_steps_max = 32;

template <class Index, class Key>
auto lookup_in_steps(const Index& index, Key target) {
  const StepsSince steps;
  auto found = index.lookup(target);
  CHECK(steps.taken() <= lookup_steps_max, "looking up is logarithmic");
  return found;
}

template <class Index, class Bound>
Result<bool> keep_in_steps(Index& index, Bound bound) {
  const StepsSince steps;
  const auto entries = index.count();
  const auto kept = index.keep_valid_prefix(bound);
  CHECK(steps.taken() <= 8 + 2 * entries, "checking is linear");
  return kept;
}

void try_offset_index(env::Disk& disk, std::uint64_t log_size) {
  OffsetIndex index(fuzzed_base);
  CHECK(index.file().open(disk, "/i", env::OpenMode::read_write).has_value());
  static_cast<void>(
      lookup_in_steps(index, fuzzed_base + 7));  // of what is not checked yet: an answer
  static_cast<void>(index.last());
  CHECK(keep_in_steps(index, log_size).has_value());
  const auto last = index.last();
  CHECK(last && (last->position < log_size || index.count() == 0));
  for (Offset target = fuzzed_base - 1; target < fuzzed_base + 40; ++target) {
    const auto found = lookup_in_steps(index, target);
    CHECK(found && found->offset <= std::max(target, fuzzed_base));
    CHECK(found->offset <= last->offset && found->position <= last->position);
  }
  CHECK(!index.keep_valid_prefix(log_size).value());
  CHECK(index.truncate_to(fuzzed_base + 20).has_value());
  CHECK(index.last()->offset < fuzzed_base + 20);
}

void try_time_index(env::Disk& disk, Offset last_offset) {
  TimeIndex index(fuzzed_base);
  CHECK(index.file().open(disk, "/i", env::OpenMode::read_write).has_value());
  static_cast<void>(lookup_in_steps(index, 7));
  static_cast<void>(index.last());
  CHECK(keep_in_steps(index, last_offset).has_value());
  const auto last = index.last();
  CHECK(last && (last->offset <= last_offset || index.count() == 0));
  for (TimestampMs target = -2; target < 40; ++target) {
    const auto found = lookup_in_steps(index, target);
    CHECK(found && found->timestamp <= std::max(target, no_timestamp));
    CHECK(found->offset <= last->offset);
  }
  CHECK(!index.keep_valid_prefix(last_offset).value());
  CHECK(index.maybe_append({.timestamp = 30, .offset = fuzzed_base + 30}).has_value());
  CHECK(index.file().write_pending().has_value());
  CHECK(index.truncate_to(fuzzed_base + 20).has_value());
  CHECK(index.count() == 0 || index.last()->offset < fuzzed_base + 20);
}

void try_transaction_index(env::Disk& disk) {
  TransactionIndex index;
  CHECK(index.file().open(disk, "/i", env::OpenMode::read_write).has_value());
  const StepsSince steps;
  const bool is_good = index.check(fuzzed_base).has_value();
  CHECK(steps.taken() <= 8 + 4 * index.file().count(), "checking is linear");
  const auto entries = index.all();
  CHECK(entries || !is_good);
  if (!is_good) return;
  Offset before = fuzzed_base - 1;
  for (const auto& entry : *entries) {
    CHECK(entry.last_offset > before && entry.first_offset <= entry.last_offset);
    before = entry.last_offset;
  }
  CHECK(index.truncate_to(fuzzed_base + 20).has_value());
  const auto kept = index.all();
  for (const auto& entry : *kept) CHECK(entry.last_offset < fuzzed_base + 20);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  MemoryDisk disk;
  disk.content("/i").assign(reinterpret_cast<const char*>(data) + 2, size - 2);
  switch (data[0] % 3) {
    case 0:
      try_offset_index(disk, std::uint64_t{1} << (data[1] % 33));
      break;
    case 1:
      try_time_index(disk, fuzzed_base + data[1]);
      break;
    default:
      try_transaction_index(disk);
  }
  return 0;
}
