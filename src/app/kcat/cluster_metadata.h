#pragma once
// One Metadata question, and the broker that answered it.

#include <optional>
#include <string>

#include "app/kcat/mode_run.h"
#include "client/cluster/cluster_view.h"
#include "rpc/answer.h"
#include "wire/message/metadata_response.h"

namespace weir::app::kcat {

struct MetadataAnswer {
  rpc::Answer<wire::MetadataResponse> answer;
  client::BrokerInfo from;
  const wire::MetadataResponse& operator*() const { return *answer; }
};

// Of one topic or of all. Failure: timed_out before any broker was reached, or later.
Task<client::Outcome<MetadataAnswer>> ask_metadata(ModeRun& run, std::optional<std::string> topic,
                                                   bool creates);

}  // namespace weir::app::kcat
