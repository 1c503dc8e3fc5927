#include "client/consumer/fetch/fetch_leaders.h"

#include "wire/message/fetch_response.h"

namespace weir::client {

LeaderHints leader_hints(const wire::FetchResponse& answer,
                         const std::map<Uuid, std::string>& names) {
  LeaderHints hints;
  for (const auto& topic : answer.responses) {
    const auto named = names.find(topic.topic_id);
    if (topic.topic.empty() && named == names.end()) continue;
    const std::string name = topic.topic.empty() ? named->second : topic.topic.str();
    for (const auto& partition : topic.partitions) {
      hints.add_leader({name, partition.partition_index}, partition);
    }
  }
  if (!hints.leaders.empty()) hints.add_brokers(answer);
  return hints;
}

}  // namespace weir::client
