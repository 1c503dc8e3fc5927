#pragma once
// Where random numbers come from. The real source seeds itself from the system once; the
// simulator's comes from the seed of the run. Never used for secrets: security draws its own from
// OpenSSL.

#include <cstdint>

namespace weir {

class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual std::uint64_t next() = 0;

  std::uint64_t below(std::uint64_t bound);  // uniform in [0, bound); bound > 0
  bool one_in(std::uint64_t n) { return below(n) == 0; }
};

// xoshiro256** by Blackman and Vigna (2018), seeded through splitmix64.
class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(std::uint64_t seed);
  std::uint64_t next() override;

 private:
  std::uint64_t state_[4];
};

}  // namespace weir
