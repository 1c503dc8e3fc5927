#include "broker/partition/verification.h"

#include <algorithm>
#include <utility>

namespace weir::broker {

using wire::ErrorCode;

void VerificationStage::enter(PartitionAppend& append) {
  const std::uint64_t ticket = ++last_ticket_;
  const auto verdict =
      verifier_ ? verifier_->verify(append, ticket) : std::optional(ErrorCode::none);
  if (verdict && waiting_.empty()) {
    leave(append, *verdict, false);
  } else {
    waiting_.push_back({&append, ticket, verdict});
  }
}

void VerificationStage::settle(std::uint64_t ticket, ErrorCode verdict) {
  const auto settled = std::ranges::lower_bound(waiting_, ticket, {}, &Waiting::ticket);
  if (settled == waiting_.end() || settled->ticket != ticket) return;
  settled->verdict = verdict;
  while (!waiting_.empty() && waiting_.front().verdict) {
    const Waiting first = waiting_.front();
    waiting_.erase(waiting_.begin());
    leave(*first.append, *first.verdict, true);
  }
}

void VerificationStage::give_up(ErrorCode error) {
  for (const Waiting& waiting : std::exchange(waiting_, {})) leave(*waiting.append, error, true);
}

void VerificationStage::leave(PartitionAppend& append, ErrorCode verdict, bool has_waited) {
  if (verdict != ErrorCode::none) append.fail(verdict);
  exit_.verified(append, has_waited);
}

}  // namespace weir::broker
