#include "log/offset_contradiction.h"

namespace weir::log {

Result<bool> is_first_wrong(BatchScanner& scanner, Offset behind_first, const ScannedBatch& second,
                            Offset limit) {
  const Offset records = second.header.next_offset() - second.header.base_offset();
  const auto third = scanner.next();
  if (!third && third.error().code != Errc::corrupt) return std::unexpected(third.error());
  if (!third) return true;
  const Offset next = *third ? (*third)->header.base_offset() : limit;
  return next - behind_first != records;
}

}  // namespace weir::log
