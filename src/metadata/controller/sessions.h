#pragma once
// Sessions: what the active controller knows of its brokers beside their registrations, and forgets
// when it ends: when each was heard of last, how far it has applied the metadata, and from which
// offset on its controlled shutdown counts (BrokerHeartbeatManager.java).

#include <map>
#include <optional>

#include "base/env/clock.h"
#include "metadata/image/image.h"

namespace weir::metadata {

class Sessions {
 public:
  explicit Sessions(env::Duration timeout) : timeout_(timeout) {}

  // A new active controller gives every unfenced broker a session from now.
  void activate(const Image& image, env::Instant now);

  void heard_of(BrokerId id, BrokerEpoch epoch, env::Instant now);
  bool has_valid_session(BrokerId id, BrokerEpoch epoch, env::Instant now) const;
  // The first session that has run out, which is forgotten.
  struct Expired {
    BrokerId id;
    BrokerEpoch epoch;
  };
  std::optional<Expired> take_expired(env::Instant now);

  // A new incarnation begins from nothing.
  void forget(BrokerId id);

  void set_metadata_offset(BrokerId id, Offset offset) { brokers_[id].metadata_offset = offset; }
  // The lowest offset that all active brokers have applied; the largest number when there are none.
  Offset lowest_active_offset(const Image& image) const;

  bool shutting_down(BrokerId id) const;  // controlled shutdown has begun in this session
  Offset controlled_shutdown_offset(BrokerId id) const;
  void begin_controlled_shutdown(BrokerId id, Offset offset);  // the first offset stays
  void end_controlled_shutdown(BrokerId id);

 private:
  struct State {
    Offset metadata_offset = no_offset;
    Offset controlled_shutdown_offset = no_offset;  // -1: not in controlled shutdown
  };
  struct Key {
    BrokerId id;
    BrokerEpoch epoch;
    auto operator<=>(const Key&) const = default;
  };
  bool expired(env::Instant heard, env::Instant now) const { return heard + timeout_ < now; }
  env::Duration timeout_;
  std::map<BrokerId, State> brokers_;
  std::map<Key, env::Instant> heard_;
};

}  // namespace weir::metadata
