#include "log/beyond_damage.h"

#include <algorithm>
#include <vector>

#include "base/steps.h"
#include "log/format/batch_scanner.h"

namespace weir::log {
namespace {

constexpr std::uint64_t window = 64 << 10;
// Each place that looks like a batch costs its bytes; those that are searched may be read so many
// times in all.
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
        latest_(std::min(search.limit - 1, search.latest)),
        bytes_left_(rereads_max * (search.end - damage.position)) {}

  Result<std::optional<Resumption>> find() {
    TRY_ASSIGN(const auto next, next_by_its_header());
    if (next) return next;
    std::vector<std::byte> bytes(std::min(window, search_.end - damage_.position));
    std::uint64_t at = damage_.position + 1;
    while (at + wire::batch_header_size <= search_.end) {
      const auto wanted = std::min<std::uint64_t>(bytes.size(), search_.end - at);
      TRY_ASSIGN(const auto got, file_.read_at(at, MutableBytes(bytes).first(wanted)));
      if (got < wire::batch_header_size) break;
      count_steps(got);
      const std::size_t starts = got - wire::batch_header_size + 1;
      for (std::size_t i = 0; i < starts; ++i) {
        const Bytes here(bytes.data() + i, wire::batch_header_size);
        if (!may_be_batch(here, damage_.offset, latest_)) continue;
        TRY_ASSIGN(const auto found, whole_batch_at(at + i));
        if (found) return leads_to_the_end(*found);
        if (bytes_left_ == 0) return std::nullopt;
      }
      at += starts;
    }
    return std::nullopt;
  }

 private:
  Result<std::optional<Resumption>> next_by_its_header() {
    BatchScanner scanner(file_, damage_.position, search_.end);
    const auto damaged = scanner.next();
    if (!damaged && damaged.error().code != Errc::corrupt) return std::unexpected(damaged.error());
    if (!damaged || !*damaged) return std::nullopt;
    // A length that was damaged may lead to a later one.
    const Offset continued = (*damaged)->header.next_offset();
    TRY_ASSIGN(const auto next, whole_batch_at((*damaged)->end()));
    return next && next->offset == continued ? next : std::nullopt;
  }
  Result<std::optional<Resumption>> whole_batch_at(std::uint64_t position) {
    BatchScanner scanner(file_, position, search_.end);
    auto found = read_whole(scanner);
    bytes_left_ -= std::min(bytes_left_, scanner.bytes_read());
    if (!found && found.error().code == Errc::corrupt) return std::nullopt;
    return found;
  }
  Result<std::optional<Resumption>> read_whole(BatchScanner& scanner) const {
    TRY_ASSIGN(const auto batch, scanner.next());
    if (!batch) return std::nullopt;
    const Resumption found{batch->position, batch->header.base_offset()};
    const bool fits = found.offset >= damage_.offset && found.offset <= latest_ &&
                      batch->header.last_offset() < search_.limit;
    if (!fits) return std::nullopt;
    TRY_ASSIGN(const auto whole, scanner.whole(*batch));
    if (!whole.crc_is_good()) return std::nullopt;
    return found;
  }
  Result<std::optional<Resumption>> leads_to_the_end(Resumption found) const {
    BatchScanner scanner(file_, found.position, search_.end);
    for (Offset expected = found.offset;;) {
      const auto batch = scanner.next();
      if (!batch && batch.error().code != Errc::corrupt) return std::unexpected(batch.error());
      if (!batch) return std::nullopt;
      if (!*batch) return found;
      const auto& header = (*batch)->header;
      if (header.base_offset() < expected || header.last_offset() >= search_.limit) {
        return std::nullopt;
      }
      expected = header.next_offset();
    }
  }

  const env::File& file_;
  const DamageSearch& search_;
  const ReadCheck::Damage& damage_;
  Offset latest_;
  std::uint64_t bytes_left_;
};

}  // namespace

Result<std::optional<ReadCheck::Damage>> first_damage(const std::shared_ptr<env::File>& file,
                                                      const DamageSearch& search) {
  if (search.from >= search.end) return std::nullopt;
  ReadCheck check({file, search.from, search.end - search.from}, search.file_end, search.first,
                  search.limit, nullptr, ReadCheck::First::by_what_is_before);
  TRY(check.carry_out());
  return check.damage();
}

Result<std::optional<Resumption>> find_resumption(const env::File& file, const DamageSearch& search,
                                                  const ReadCheck::Damage& damage) {
  return Searcher(file, search, damage).find();
}

}  // namespace weir::log
