#pragma once
// ControllerKernel: the active controller as a pure state machine. handle() decides (records and an
// answer); the driver appends the records to the metadata log and hands them back to appended(),
// which replays them, so that the next request sees them; an answer is sent when all that it
// depends on is committed.
//
// The hard state is an Image (docs/decisions): throwing away what was never committed is going back
// to the last committed one. The soft state (sessions) is forgotten with leadership.

#include <memory>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "metadata/controller/context.h"
#include "metadata/image/replay.h"
#include "wire/api_key.h"

namespace weir::metadata {

class ControllerKernel {
 public:
  struct Now {
    env::Instant instant;
    Offset next_offset = 0;  // of the metadata log
    std::int16_t kraft_version = 0;
  };
  struct Decision {
    std::vector<std::vector<std::byte>> records;
    bool is_atomic = true;            // else the records may be cut into several batches
    std::vector<std::byte> response;  // empty for decisions that nobody asked for
  };

  ControllerKernel(ControllerSettings settings, RandomSource& random);

  // Leadership begins with all that is committed: the records that a cluster's first controller
  // must append (the bootstrap records, in a transaction), or that end a transaction another
  // controller left open.
  Decision activate(const Replay& committed,
                    std::span<const std::vector<std::byte>> bootstrap_records, const Now& now);
  bool is_active() const { return active_; }
  void deactivate() { active_ = false; }

  struct Request {
    wire::ApiKey api;
    std::int16_t version = 0;
    Bytes body;
    bool own_process = false;
  };
  // Errors: unsupported (API or version not served here), corrupt (the body).
  Result<Decision> handle(const Request& request, const Now& now);
  static bool serves(wire::ApiKey api);

  // Work that time brings: brokers whose session has run out are fenced (one a call; an empty
  // decision: none).
  Decision fence_expired(const Now& now);
  // Partitions without leader whose topic allows an unclean election; at most 1,000 a call.
  Decision elect_unclean_leaders(const Now& now);
  // Partitions not led by their preferred replica though it could; at most 1,000 a call.
  Decision balance_leaders(const Now& now);
  Decision no_op() const;

  // The records of a decision are in the log from `first_offset` on. An error is a bug or a foreign
  // record.
  Result<> appended(std::span<const std::vector<std::byte>> records, Offset first_offset);
  // What was appended and not committed is lost.
  void roll_back(const Replay& committed) { state_ = committed; }

  const Image& image() const { return state_.image(); }

 private:
  template <class Work>
  Decision decide(const Now& now, Work&& work);
  template <class RequestMessage, class ResponseMessage>
  Result<Decision> serve(const Request& request, const Now& now);

  ControllerSettings settings_;
  RandomSource& random_;
  Sessions sessions_;
  Replay state_;
  bool active_ = false;
};

}  // namespace weir::metadata
