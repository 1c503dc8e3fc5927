// Arbitrary quorum-state, snapshot and control batch bytes.

#include <cstdint>

#include "base/check.h"
#include "replication/quorum/checkpoint.h"
#include "replication/quorum/election_state.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  if (const auto state = replication::parse_election_state(as_text(bytes))) {
    const auto text =
        replication::format_election_state(*state, state->static_voters.empty() ? 1 : 0);
    CHECK(replication::parse_election_state(text).has_value(), "what is written can be read");
  }
  const auto on_batch = [](TimestampMs, std::span<const Bytes>) -> Result<> { return {}; };
  (void)replication::read_snapshot(bytes, on_batch);
  if (const auto batch = wire::read_batch(bytes)) (void)replication::read_control_batch(*batch);
  (void)replication::parse_snapshot_file_name(as_text(bytes));
  return 0;
}
