#include "metadata/controller/placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace weir::metadata {
namespace {

void shuffle(auto& elements, RandomSource& random) {
  for (std::size_t i = elements.size(); i > 1; --i)
    std::swap(elements[i - 1], elements[random.below(i)]);
}

// Brokers of one kind in one rack, handed out in turn; each round begins one broker further on.
class BrokerList {
 public:
  void add(BrokerId broker) { brokers_.push_back(broker); }
  void start(RandomSource& random) {
    std::sort(brokers_.begin(), brokers_.end());
    if (!brokers_.empty()) offset_ = random.below(brokers_.size());
  }
  void mix(RandomSource& random) { shuffle(brokers_, random); }

  BrokerId next(int round) {  // -1: all have been taken in this round
    if (brokers_.empty()) return no_broker;
    if (round != round_) {
      round_ = round;
      taken_ = 0;
      offset_ = (offset_ + 1) % brokers_.size();
    }
    if (taken_ >= brokers_.size()) return no_broker;
    return brokers_[(taken_++ + offset_) % brokers_.size()];
  }

 private:
  std::vector<BrokerId> brokers_;
  std::size_t taken_ = 0;
  std::size_t offset_ = 0;
  int round_ = 0;
};

struct Rack {
  BrokerList live;
  BrokerList fenced;
  BrokerId next(int round) {
    const BrokerId broker = live.next(round);
    return broker != no_broker ? broker : fenced.next(round);
  }
};

class Racks {
 public:
  Racks(const std::vector<UsableBroker>& brokers, RandomSource& random) : random_(random) {
    std::map<std::optional<std::string>, Rack> by_name;
    for (const auto& broker : brokers) {
      Rack& rack = by_name[broker.rack];
      (broker.fenced ? rack.fenced : rack.live).add(broker.id);
      live_ += broker.fenced ? 0 : 1;
    }
    for (auto& [name, rack] : by_name) {
      rack.live.start(random);
      rack.fenced.start(random);
      racks_.push_back(std::move(rack));
    }
    offset_ = racks_.empty() ? 0 : random.below(racks_.size());
  }

  // There is a live broker, and at least `replicas` in all.
  std::vector<BrokerId> place(std::int16_t replicas) {
    if (round_ == live_ && live_ > 1) {
      shuffle(racks_, random_);
      for (auto& rack : racks_) {
        rack.live.mix(random_);
        rack.fenced.mix(random_);
      }
      round_ = 0;
    }
    if (offset_ == racks_.size()) offset_ = 0;
    std::size_t first = offset_;
    BrokerId leader = no_broker;
    while ((leader = racks_[first].live.next(round_)) == no_broker) first = after(first);
    std::vector<BrokerId> placed{leader};
    bool skip_first = true;  // the leader's rack has had its turn in the first pass
    for (std::size_t at = offset_; placed.size() < static_cast<std::size_t>(replicas);
         at = after(at)) {
      if (skip_first && at == first) {
        skip_first = false;
        continue;
      }
      const BrokerId broker = racks_[at].next(round_);
      if (broker != no_broker) placed.push_back(broker);
    }
    ++round_;
    ++offset_;
    return placed;
  }
  int live() const { return live_; }

 private:
  std::size_t after(std::size_t rack) const { return rack + 1 == racks_.size() ? 0 : rack + 1; }
  RandomSource& random_;
  std::vector<Rack> racks_;
  int live_ = 0;
  int round_ = 0;
  std::size_t offset_ = 0;
};

}  // namespace

std::vector<UsableBroker> usable_brokers(const Image& image, const Sessions& sessions) {
  std::vector<UsableBroker> usable;
  for (const auto& [id, broker] : image.brokers) {
    if (sessions.shutting_down(id) || !broker->has_uncordoned_dirs()) continue;
    usable.push_back({id, broker->rack, broker->fenced});
  }
  return usable;
}

std::expected<std::vector<std::vector<BrokerId>>, std::string> place_replicas(
    const PlacementSpec& spec, const std::vector<UsableBroker>& brokers, RandomSource& random) {
  Racks racks(brokers, random);
  if (racks.live() == 0) {
    return std::unexpected(
        "All brokers are currently fenced, or have all their log directories cordoned.");
  }
  if (static_cast<std::size_t>(spec.replicas) > brokers.size()) {
    return std::unexpected(fmt::format(
        "The target replication factor of {} cannot be reached because only {} broker(s) "
        "are registered or some brokers have all their log directories cordoned.",
        spec.replicas, brokers.size()));
  }
  std::vector<std::vector<BrokerId>> placed;
  for (std::int32_t i = 0; i < spec.partitions; ++i) placed.push_back(racks.place(spec.replicas));
  return placed;
}

}  // namespace weir::metadata
