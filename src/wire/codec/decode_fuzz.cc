// Foreign bytes as any message in any version: two bytes choose the message, one the version. What
// decodes must encode again, to bytes that decode to the same message and are written the same way
// once more. Memory and steps are bounded by the bytes, memory closely where a message turns out to
// be none.
//
// Mutations keep to the bytes behind the choice, try other versions, and now and then begin with a
// valid message.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>

#include "base/check.h"
#include "base/random.h"
#include "base/steps.h"
#include "wire/codec/codec.h"
#include "wire/codec/descriptor.h"
#include "wire/codec/random_message_test_support.h"

namespace weir::wire {
namespace {

constexpr std::size_t choice_size = 3;

struct Choice {
  const MessageDescriptor& message;
  std::int16_t version;
};

Choice choice_of(const std::uint8_t* data) {
  const auto messages = all_messages();
  const auto& message =
      *messages[static_cast<std::size_t>(data[0] | data[1] << 8) % messages.size()];
  const int versions = message.max_version - message.min_version + 1;
  return {message, static_cast<std::int16_t>(message.min_version + data[2] % versions)};
}

std::unique_ptr<std::max_align_t[]> fresh(const MessageDescriptor& message) {
  const auto& root = message.structs[message.root];
  auto memory = std::make_unique<std::max_align_t[]>(root.size / sizeof(std::max_align_t) + 1);
  std::memcpy(memory.get(), root.default_value, root.size);
  return memory;
}

// What a message that is none may take: it is walked before more than about its own size is
// reserved, so no count has made room for elements that are not there.
constexpr std::size_t max_refused_memory(std::size_t bytes) {
  return (std::size_t{64} << 10) + 2 * bytes;
}

// A tag of two bytes that nobody knows is looked for among all fields of its struct, and a message
// may be walked before it is read.
constexpr std::uint64_t steps_max(std::size_t bytes) { return 64 + 64 * std::uint64_t{bytes}; }

void run(const MessageDescriptor& message, std::int16_t version, Bytes bytes) {
  Arena arena;
  const auto decoded = fresh(message);
  const StepsSince steps;
  const auto used = codec_detail::decode(decoded.get(), message, bytes, version, arena);
  CHECK(steps.taken() <= steps_max(bytes.size()), "work is linear");
  CHECK(arena.bytes_reserved() <= decoded_memory_budget(bytes.size()));
  if (!used) {
    CHECK(arena.bytes_reserved() <= max_refused_memory(bytes.size()));
    return;
  }
  CHECK(*used <= bytes.size());
  Output output;
  const auto encoded = codec_detail::encode(decoded.get(), message, version, output);
  if (!encoded) {  // only the order of unknown tags is not checked when decoding
    CHECK(encoded.error().what.find("ascending") != std::string::npos, encoded.error().what);
    return;
  }
  const auto again = fresh(message);
  Arena second;
  const auto reread = codec_detail::decode(again.get(), message, output.bytes(), version, second);
  CHECK(reread && *reread == output.bytes().size());
  CHECK(codec_detail::to_json(decoded.get(), message, version) ==
        codec_detail::to_json(again.get(), message, version));
  Output rewritten;
  CHECK(codec_detail::encode(again.get(), message, version, rewritten).has_value());
  CHECK(std::ranges::equal(rewritten.bytes(), output.bytes()), "there is one way to write it");
}

// 0: there is no room for it.
std::size_t make_message(std::uint8_t* data, std::size_t max_size, SeededRandom& random) {
  const auto number = random.below(all_messages().size());
  const std::uint8_t choice[choice_size] = {static_cast<std::uint8_t>(number),
                                            static_cast<std::uint8_t>(number >> 8),
                                            static_cast<std::uint8_t>(random.below(256))};
  const auto [message, version] = choice_of(choice);
  Output output;
  RandomMessage(random.next()).encode(message, version, output);
  const auto size = output.bytes().size();
  if (choice_size + size > max_size) return 0;
  std::copy_n(choice, choice_size, data);
  if (size != 0) std::memcpy(data + choice_size, output.bytes().data(), size);
  return choice_size + size;
}

}  // namespace
}  // namespace weir::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::wire;
  if (size < choice_size) return 0;
  const auto [message, version] = choice_of(data);
  run(message, version,
      {reinterpret_cast<const std::byte*>(data + choice_size), size - choice_size});
  return 0;
}

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned int seed) {
  using namespace weir::wire;
  weir::SeededRandom random(seed);
  if (size < choice_size || random.one_in(16)) {
    const auto made = make_message(data, max_size, random);
    if (made != 0) return made;
  }
  if (size < choice_size || max_size <= choice_size) return LLVMFuzzerMutate(data, size, max_size);
  if (random.one_in(16)) data[2] = static_cast<std::uint8_t>(random.below(256));
  return choice_size +
         LLVMFuzzerMutate(data + choice_size, size - choice_size, max_size - choice_size);
}
