#pragma once
// RefreshPlan: when to ask for metadata again, and of which topics. A kernel: it is told the time.
//
// Rounds of asking are numbered. Somebody who needs an answer takes the number of the round that
// will bring it: the one under way when that asks for all that is wanted, else the next. Rounds
// begin at once when somebody asks, or wants what no round has asked of yet; after a back-off when
// the last one failed, or was asked and somebody asks again; and every metadata.max.age.ms. A topic
// that nobody named for that long is forgotten, as in Kafka's producer.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/env/clock.h"
#include "base/random.h"
#include "client/backoff.h"

namespace weir::client {

struct RefreshOptions {
  env::Duration age_max{};            // metadata.max.age.ms
  Backoff backoff;                    // retry.backoff.ms and .max.ms
  env::Duration rebootstrap_after{};  // metadata.recovery.rebootstrap.trigger.ms
};

class RefreshPlan {
 public:
  using Round = std::uint64_t;

  explicit RefreshPlan(RefreshOptions options) : options_(options) {}

  // `creates`: who sends to it or reads it may have it made by asking (auto.create.topics.enable).
  void want(std::string_view topic, env::Instant now, bool creates = false);
  void want_all();
  bool wants_all() const { return all_; }
  bool wants(std::string_view topic) const { return all_ || topics_.contains(topic); }
  struct Topic {
    env::Instant named{};  // last
    bool creates = false;
  };
  const std::map<std::string, Topic, std::less<>>& topics() const { return topics_; }

  // Asks for an answer to a question that is put from now on.
  Round ask();
  // The last round whose answer came.
  Round answered() const { return answered_; }

  bool is_due(env::Instant now) const { return !running_ && due_at() <= now; }
  env::Instant due_at() const;  // when the next round may begin
  // Forgets what was not named for too long, and begins a round.
  void begin(env::Instant now);
  void succeeded(env::Instant now);
  void failed(env::Instant now, RandomSource& random);
  // Brokers answer, but not for so long that those of bootstrap.servers are asked again (KIP-1102).
  bool is_lost(env::Instant now) const;
  void rebootstrapped(env::Instant now) { lost_since_ = now; }

 private:
  RefreshOptions options_;
  std::map<std::string, Topic, std::less<>> topics_;
  bool all_ = false;
  bool running_ = false;
  bool covers_all_wanted_ = false;  // the round that runs, or ran last
  Round begun_ = 0;
  Round asked_ = 0;     // the last that somebody waits for
  Round answered_ = 0;  // 0: none yet
  std::uint32_t failures_ = 0;
  env::Instant not_before_{};
  std::optional<env::Instant> answered_at_;
  std::optional<env::Instant> lost_since_;
};

}  // namespace weir::client
