#include "rpc/in_flight.h"

#include <algorithm>
#include <utility>

#include "wire/api_key.h"
#include "wire/codec/codec.h"
#include "wire/message/response_header.h"

namespace weir::rpc {

Result<> InFlight::answered(std::vector<std::byte> frame) {
  if (waiting_.empty()) return fail(Errc::corrupt, "an answer that nobody asked for");
  const Waiting& first = waiting_.front();
  wire::ResponseHeader header;
  wire::Arena arena;
  const wire::ApiInfo& api = *wire::find_api(first.api_key);
  TRY_ASSIGN(
      const auto body,
      wire::decode(header, Bytes(frame), wire::response_header_version(api, first.version), arena));
  if (header.correlation_id != first.correlation_id) {
    return fail(Errc::corrupt, "an answer to another request",
                static_cast<std::uint64_t>(header.correlation_id));
  }
  Waiting answered = std::move(waiting_.front());
  waiting_.pop_front();
  answered.done(Reply{std::move(frame), body, answered.version});
  return {};
}

void InFlight::fail_all(const Error& error) {
  for (Waiting& waiting : std::exchange(waiting_, {})) waiting.done(std::unexpected(error));
}

std::optional<env::Instant> InFlight::next_deadline() const {
  if (waiting_.empty()) return std::nullopt;
  return std::ranges::min_element(waiting_, {}, &Waiting::deadline)->deadline;
}

const InFlight::Waiting* InFlight::overdue(env::Instant now) const {
  const auto late = std::ranges::find_if(
      waiting_, [now](const Waiting& waiting) { return waiting.deadline <= now; });
  return late == waiting_.end() ? nullptr : &*late;
}

}  // namespace weir::rpc
