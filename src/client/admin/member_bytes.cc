#include "client/admin/member_bytes.h"

#include <algorithm>

#include "client/admin/config_entry.h"
#include "wire/codec/codec.h"
#include "wire/message/consumer_protocol_assignment.h"
#include "wire/message/consumer_protocol_subscription.h"

namespace weir::client {
namespace {

constexpr std::size_t version_bytes = 2;
constexpr std::int16_t last_version = 3;  // later ones only add fields at the end

template <class M>
bool read(M& into, Bytes bytes, wire::Arena& arena) {
  if (bytes.size() < version_bytes) return false;
  const auto version = load_be<std::int16_t>(bytes.data());
  if (version < 0) return false;
  return wire::decode(into, bytes.subspan(version_bytes), std::min(version, last_version), arena)
      .has_value();
}

}  // namespace

void read_consumer_protocol(MemberDescription& member) {
  wire::Arena arena;
  wire::ConsumerProtocolSubscription subscription;
  if (read(subscription, member.metadata_bytes, arena)) {
    for (const auto& topic : subscription.topics) member.subscription.push_back(topic.str());
    member.rack = text_or_none(subscription.rack_id);
    member.metadata_bytes.clear();
  }
  wire::ConsumerProtocolAssignment assignment;
  if (read(assignment, member.assignment_bytes, arena)) {
    for (const auto& topic : assignment.assigned_partitions) {
      for (const PartitionIndex index : topic.partitions) {
        member.assignment.push_back({topic.topic.str(), index});
      }
    }
    std::ranges::sort(member.assignment);
    member.assignment_bytes.clear();
  }
}

}  // namespace weir::client
