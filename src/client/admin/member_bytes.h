#pragma once
// What the members of a classic group of consumers say to each other (Kafka's ConsumerProtocol),
// which brokers pass on unread. Any program may have written it.

#include "base/bytes.h"
#include "client/admin/group.h"

namespace weir::client {

// Fills subscription, rack and assignment from the member's bytes. Bytes that can be read are
// dropped, others stay.
void read_consumer_protocol(MemberDescription& member);

}  // namespace weir::client
