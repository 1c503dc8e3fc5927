// A target with two bugs, for replay_test.py: a length at its limit that ends the program, and one
// for which memory is taken though nothing of it is there.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 8 || std::memcmp(data + 1, "len", 3) != 0) return 0;
  const auto length = static_cast<std::uint32_t>(data[4]) << 24 |
                      static_cast<std::uint32_t>(data[5]) << 16 |
                      static_cast<std::uint32_t>(data[6]) << 8 | data[7];
  if (data[0] == 'W' && length == 0x7fffffff) std::abort();
  if (data[0] == 'M') {
    void* volatile const memory = std::malloc(length / 4);
    std::free(memory);
  }
  return 0;
}
