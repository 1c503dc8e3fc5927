#pragma once
// The answer to DescribeQuorum (KIP-595, 853) from what the quorum tells.

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "replication/quorum/quorum.h"

namespace weir::metadata {

// Errors: corrupt (the body), unsupported (the version).
Result<std::vector<std::byte>> describe_quorum(const replication::QuorumDescription& description,
                                               Bytes request_body, std::int16_t version);

}  // namespace weir::metadata
