#pragma once
// TopicLookup: what a coordinator asks of the metadata image, now. Implemented by the broker over
// its current image; answers may differ between two calls, because the image moves on.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/uuid.h"

namespace weir::coordinator {

struct DeletedTopic {
  std::string name;
  Uuid id;
};

class TopicLookup {
 public:
  virtual ~TopicLookup() = default;
  virtual std::int32_t partition_count(std::string_view topic) const = 0;  // 0: no such topic
  virtual std::optional<Uuid> topic_id(std::string_view topic) const = 0;
  // The view is valid until the caller's next suspension.
  virtual std::optional<std::string_view> topic_name(const Uuid& id) const = 0;
};

}  // namespace weir::coordinator
