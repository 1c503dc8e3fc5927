#pragma once
// Topics that come into being because somebody asks for them: automatic creation, and the internal
// topics.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "broker/connection/request.h"
#include "wire/error_code.h"

namespace weir::broker {

inline constexpr std::string_view offsets_topic = "__consumer_offsets";
inline constexpr std::string_view transaction_topic = "__transaction_state";
inline constexpr std::string_view share_group_topic = "__share_group_state";

bool is_internal_topic(std::string_view name);

// 1 to 249 of [a-zA-Z0-9._-], and neither "." nor "..", as Kafka's Topic.validate.
bool is_topic_name(std::string_view name);

// By topic; those that were created (or are there by now) are absent.
using TopicCreationErrors = std::map<std::string, wire::ErrorCode, std::less<>>;

// Asks the controller for the topics with the broker's defaults (internal ones with theirs), and
// returns when they are in this shard's image or were refused.
Task<TopicCreationErrors> create_topics_automatically(Request& request,
                                                      const std::vector<std::string>& names);

}  // namespace weir::broker
