#include "log/beyond_damage.h"

#include <algorithm>
#include <vector>

#include "base/steps.h"
#include "log/format/batch_scanner.h"

namespace weir::log {
namespace {

constexpr std::uint64_t window = 64 << 10;
// Each place that looks like a batch costs the bytes of it; so many times those that are searched
// may be read in all.
constexpr std::uint64_t rereads_max = 4;

bool may_be_batch(Bytes bytes, Offset lowest, Offset highest) {
  const wire::BatchView header(bytes);
  return header.magic() == wire::batch_magic && header.base_offset() >= lowest &&
         header.base_offset() <= highest;
}

class Searcher {
 public:
  Searcher(const env::File& file, const DamageSearch& search, const ReadCheck::Damage& damage)
      : file_(file),
        search_(search),
        damage_(damage),
        bytes_left_(rereads_max * (search.end - damage.position)) {}

  Result<std::optional<Resumption>> find() {
    std::vector<std::byte> bytes(std::min(window, search_.end - damage_.position));
    std::uint64_t at = damage_.position + 1;
    const Offset highest = std::min(search_.limit - 1, search_.enough);
    while (at + wire::batch_header_size <= search_.end) {
      const auto wanted = std::min<std::uint64_t>(bytes.size(), search_.end - at);
      TRY_ASSIGN(const auto got, file_.read_at(at, MutableBytes(bytes).first(wanted)));
      if (got < wire::batch_header_size) break;
      count_steps(got);
      const std::size_t starts = got - wire::batch_header_size + 1;
      for (std::size_t i = 0; i < starts; ++i) {
        const Bytes here(bytes.data() + i, wire::batch_header_size);
        if (!may_be_batch(here, damage_.offset, highest)) continue;
        TRY_ASSIGN(const auto found, goes_on_at(at + i));
        if (found || bytes_left_ == 0) return found;
      }
      at += starts;
    }
    return std::nullopt;
  }

 private:
  // Nothing when there is no whole batch, or headers lead astray.
  Result<std::optional<Resumption>> goes_on_at(std::uint64_t position) {
    BatchScanner scanner(file_, position, search_.end);
    auto found = walk(scanner);
    bytes_left_ -= std::min(bytes_left_, scanner.bytes_read());
    if (!found && found.error().code == Errc::corrupt) return std::nullopt;
    return found;
  }
  static Result<> check(const ScannedBatch& batch, BatchScanner& scanner) {
    const auto position = batch.position;
    TRY_ASSIGN(const auto whole, scanner.whole(batch));
    return whole.crc_is_good() ? Result<>{}
                               : fail(Errc::corrupt, "its checksum is wrong", position);
  }
  Result<std::optional<Resumption>> walk(BatchScanner& scanner) const {
    std::optional<Resumption> found;
    Offset expected = damage_.offset;
    do {
      TRY_ASSIGN(const auto batch, scanner.next());
      if (!batch) break;
      const Offset base = batch->header.base_offset();
      if (base < expected || batch->header.last_offset() >= search_.limit) return std::nullopt;
      expected = batch->header.next_offset();
      if (found) continue;
      found = Resumption{batch->position, base};
      TRY(check(*batch, scanner));
    } while (expected < search_.enough);
    return found;
  }

  const env::File& file_;
  const DamageSearch& search_;
  const ReadCheck::Damage& damage_;
  std::uint64_t bytes_left_;
};

}  // namespace

Result<std::optional<FoundDamage>> find_damage(const std::shared_ptr<env::File>& file,
                                               const DamageSearch& search) {
  if (search.from >= search.end) return std::nullopt;
  ReadCheck check({file, search.from, search.end - search.from}, search.end, search.first,
                  search.limit, nullptr);
  TRY(check.carry_out());
  const auto damage = check.damage();
  if (!damage) return std::nullopt;
  Searcher searcher(*file, search, *damage);
  TRY_ASSIGN(const auto resumption, searcher.find());
  return FoundDamage{*damage, resumption};
}

}  // namespace weir::log
