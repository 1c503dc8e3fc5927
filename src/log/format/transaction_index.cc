#include "log/format/transaction_index.h"

#include <array>

#include "base/steps.h"

namespace weir::log {
namespace {

std::int64_t last_offset(const std::byte* entry) { return load_be<std::int64_t>(entry + 18); }

}  // namespace

Result<> TransactionIndex::append(const AbortedTransactionEntry& entry) {
  std::array<std::byte, entry_size> bytes;
  if (file_.count() > 0) {
    TRY(file_.read(file_.count() - 1, bytes));
    if (last_offset(bytes.data()) >= entry.last_offset) return {};
  }
  store_be(bytes.data(), std::int16_t{0});
  store_be(bytes.data() + 2, entry.producer_id);
  store_be(bytes.data() + 10, entry.first_offset);
  store_be(bytes.data() + 18, entry.last_offset);
  store_be(bytes.data() + 26, entry.last_stable_offset);
  TRY(file_.append(bytes));
  return file_.write_pending();
}

Result<std::vector<AbortedTransactionEntry>> TransactionIndex::all() const {
  TRY_ASSIGN(const auto bytes, file_.read_all());
  std::vector<AbortedTransactionEntry> entries(bytes.size() / entry_size);
  count_steps(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto* at = bytes.data() + i * entry_size;
    if (load_be<std::int16_t>(at) != 0) {
      return fail(Errc::corrupt, "an aborted transaction of a version that is not known", i);
    }
    entries[i] = {.producer_id = load_be<std::int64_t>(at + 2),
                  .first_offset = load_be<std::int64_t>(at + 10),
                  .last_offset = last_offset(at),
                  .last_stable_offset = load_be<std::int64_t>(at + 26)};
  }
  return entries;
}

Result<> TransactionIndex::check(Offset base_offset) const {
  if (file_.has_ragged_end())
    return fail(Errc::corrupt, "a transaction index ends within an entry");
  TRY_ASSIGN(const auto entries, all());
  Offset before = base_offset - 1;
  for (const auto& entry : entries) {
    if (entry.last_offset <= before || entry.first_offset < 0 ||
        entry.first_offset > entry.last_offset) {
      return fail(Errc::corrupt, "a transaction index whose entries make no sense");
    }
    before = entry.last_offset;
  }
  return {};
}

Result<> TransactionIndex::truncate_to(Offset offset) {
  TRY_ASSIGN(const auto keep, file_.count_up_to(last_offset, offset - 1));
  return file_.truncate(keep);
}

}  // namespace weir::log
