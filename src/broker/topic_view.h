#pragma once
// TopicView: the image as the coordinators ask it.

#include "coordinator/topic_lookup.h"
#include "metadata/image/image.h"

namespace weir::broker {

class TopicView final : public coordinator::TopicLookup {
 public:
  explicit TopicView(const metadata::ImagePtr& image) : image_(image) {}

  std::int32_t partition_count(std::string_view topic) const override {
    const metadata::Topic* found = image_->topic(topic);
    return found ? static_cast<std::int32_t>(found->partitions.size()) : 0;
  }
  std::optional<Uuid> topic_id(std::string_view topic) const override {
    const metadata::Topic* found = image_->topic(topic);
    return found ? std::optional(found->id) : std::nullopt;
  }
  std::optional<std::string_view> topic_name(const Uuid& id) const override {
    const metadata::Topic* found = image_->topic(id);
    return found ? std::optional<std::string_view>(found->name) : std::nullopt;
  }

 private:
  const metadata::ImagePtr& image_;  // the shard's, which moves on
};

}  // namespace weir::broker
