#pragma once
// Mutator: inputs like those that are kept, made by chance from a seed, where there is no
// libFuzzer. What decoders get wrong is asked for: lengths and counts at their limits in every
// width, varints that do not end, inputs that stop, repeat themselves or go on as another one.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/random.h"

namespace weir::fuzz {

using Input = std::vector<std::uint8_t>;

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  // One change in place; returns the new size, at most `size_max`.
  std::size_t change(std::uint8_t* data, std::size_t size, std::size_t size_max);

  // The beginning of one and the end of the other, at most `size_max`.
  Input splice(const Input& first, const Input& second, std::size_t size_max);

  RandomSource& random() { return random_; }

 private:
  void change_in_place(std::uint8_t* data, std::size_t size);
  void put_number(std::uint8_t* data, std::size_t size);
  void put_text(std::uint8_t* data, std::size_t size);
  std::size_t insert(std::uint8_t* data, std::size_t size, std::size_t size_max);
  std::size_t remove(std::uint8_t* data, std::size_t size);

  SeededRandom random_;
};

}  // namespace weir::fuzz
