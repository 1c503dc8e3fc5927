#pragma once
// Which names a topic may have (Kafka's Topic.java): 1 to 249 of [a-zA-Z0-9._-], not "." or "..",
// and none that differs from an existing one in '.' and '_' alone, because metrics names cannot
// tell them apart.

#include <optional>
#include <string>
#include <string_view>

#include "metadata/image/image.h"

namespace weir::metadata {

inline constexpr std::size_t topic_name_size_max = 249;
inline constexpr std::string_view cluster_metadata_topic = "__cluster_metadata";

// nullopt: a good name; else Kafka's words for what is wrong.
std::optional<std::string> topic_name_problem(std::string_view name);

// The existing topic that `name` collides with, `name` itself aside; null: none. Costs a walk over
// the topics, and only for names with '.' or '_'.
const Topic* colliding_topic(const Image& image, std::string_view name);
bool names_collide(std::string_view a, std::string_view b);

}  // namespace weir::metadata
