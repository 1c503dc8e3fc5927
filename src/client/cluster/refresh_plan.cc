#include "client/cluster/refresh_plan.h"

#include <algorithm>

#include "base/check.h"

namespace weir::client {

void RefreshPlan::want(std::string_view topic, env::Instant now, bool creates) {
  const auto known = topics_.find(topic);
  if (known != topics_.end()) {
    known->second.named = now;
    known->second.creates |= creates;
    return;
  }
  topics_.emplace(topic, Topic{now, creates});
  if (!all_) covers_all_wanted_ = false;
}

void RefreshPlan::want_all() {
  if (!all_) covers_all_wanted_ = false;
  all_ = true;
}

RefreshPlan::Round RefreshPlan::ask() {
  const Round round = running_ && covers_all_wanted_ ? begun_ : begun_ + 1;
  asked_ = std::max(asked_, round);
  return round;
}

env::Instant RefreshPlan::due_at() const {
  // The back-off is for questions that were answered: a new one has nothing to wait for.
  if (asked_ > begun_ && failures_ == 0 && !covers_all_wanted_) return env::Instant::min();
  if (asked_ > begun_ || failures_ > 0) return not_before_;
  return answered_at_ ? *answered_at_ + options_.age_max : env::Instant::max();
}

void RefreshPlan::begin(env::Instant now) {
  CHECK(!running_, "one round at a time");
  std::erase_if(topics_,
                [&](const auto& topic) { return topic.second.named + options_.age_max < now; });
  running_ = true;
  covers_all_wanted_ = true;
  ++begun_;
  if (!lost_since_) lost_since_ = now;
}

void RefreshPlan::succeeded(env::Instant now) {
  running_ = false;
  answered_ = begun_;
  failures_ = 0;
  answered_at_ = now;
  lost_since_.reset();
  not_before_ = now + options_.backoff.first;  // who asks again has found the answer wanting
}

void RefreshPlan::failed(env::Instant now, RandomSource& random) {
  running_ = false;
  ++failures_;
  not_before_ = now + options_.backoff.after(failures_, random);
}

bool RefreshPlan::is_lost(env::Instant now) const {
  return lost_since_ && now - *lost_since_ >= options_.rebootstrap_after;
}

}  // namespace weir::client
