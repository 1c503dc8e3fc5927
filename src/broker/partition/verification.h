#pragma once
// VerificationStage: what stands between a batch's validation and its staging in the log. Whether a
// batch may be appended can take time to find out (a transaction that its coordinator must confirm,
// KIP-890); the batches of one partition leave in the order in which they came, whatever order
// their verdicts come in.
//
// Lives in its Partition, on its shard. A verdict that is there at once, with nothing waiting
// ahead, costs a virtual call; without a verifier it costs a comparison. What waits is bounded by
// the requests in flight: the batches lie in their memory.

#include <cstdint>
#include <optional>
#include <vector>

#include "broker/partition/append.h"

namespace weir::broker {

class AppendVerifier {
 public:
  // NONE or the error that the batch is refused with, when it is known at once; nothing, when it
  // has to be found out: then VerificationStage::settle() is called with `ticket`, later and never
  // within this call, in bounded time. A ticket that is settled after its batch was given up is
  // ignored. `append` is not kept.
  virtual std::optional<wire::ErrorCode> verify(const PartitionAppend& append,
                                                std::uint64_t ticket) = 0;

 protected:
  ~AppendVerifier() = default;
};

class VerificationStage {
 public:
  // What left the stage: append.error says whether it was refused.
  class Exit {
   public:
    virtual void verified(PartitionAppend& append, bool has_waited) = 0;

   protected:
    ~Exit() = default;
  };

  explicit VerificationStage(Exit& exit) : exit_(exit) {}

  // nullptr: everything passes. Not while something waits.
  void set_verifier(AppendVerifier* verifier) { verifier_ = verifier; }
  // Leaves through the exit, maybe within this call.
  void enter(PartitionAppend& append);
  void settle(std::uint64_t ticket, wire::ErrorCode verdict);
  // Everything that waits leaves, refused with this error.
  void give_up(wire::ErrorCode error);
  bool is_empty() const { return waiting_.empty(); }

 private:
  struct Waiting {
    PartitionAppend* append;
    std::uint64_t ticket;
    std::optional<wire::ErrorCode> verdict;
  };

  void leave(PartitionAppend& append, wire::ErrorCode verdict, bool has_waited);

  Exit& exit_;
  AppendVerifier* verifier_ = nullptr;
  std::uint64_t last_ticket_ = 0;
  std::vector<Waiting> waiting_;  // ascending tickets; few
};

}  // namespace weir::broker
