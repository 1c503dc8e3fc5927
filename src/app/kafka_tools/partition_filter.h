#pragma once
// Which partitions kafka-get-offsets shows.

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "app/kafka_tools/java_error.h"
#include "app/kafka_tools/java_text.h"

namespace weir::app::kafka {

class PartitionFilter {
 public:
  // --topic-partitions: TOPIC[:PARTITIONS],... where PARTITIONS is 3, 1-4, 1- or -4 (the upper end
  // is exclusive).
  static Ran<PartitionFilter> of_list(std::string_view text);
  // --topic and --partitions.
  static Ran<PartitionFilter> of_topic(std::string_view topics,
                                       const std::optional<std::string>& partitions);
  bool allows(std::string_view topic) const;
  bool allows(const client::TopicPartition& partition) const;

 private:
  struct Rule {
    Pattern topic;
    std::int32_t from = 0;
    std::int32_t to = std::numeric_limits<std::int32_t>::max();  // exclusive
    std::set<std::int32_t> among;                                // empty: all
  };
  static Ran<Rule> rule_of(std::string_view text);
  std::vector<Rule> rules_;
};

}  // namespace weir::app::kafka
