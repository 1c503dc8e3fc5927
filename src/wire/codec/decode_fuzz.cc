// Foreign bytes as any message in any version: two bytes choose the message, one the version. What
// decodes must encode again, to bytes that decode to the same message, and memory is bounded by the
// bytes.

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>

#include "base/check.h"
#include "wire/codec/codec.h"
#include "wire/codec/descriptor.h"

namespace weir::wire {
namespace {

std::unique_ptr<std::max_align_t[]> fresh(const MessageDescriptor& message) {
  const auto& root = message.structs[message.root];
  auto memory = std::make_unique<std::max_align_t[]>(root.size / sizeof(std::max_align_t) + 1);
  std::memcpy(memory.get(), root.default_value, root.size);
  return memory;
}

void run(const MessageDescriptor& message, std::int16_t version, Bytes bytes) {
  Arena arena;
  const auto decoded = fresh(message);
  const auto used = codec_detail::decode(decoded.get(), message, bytes, version, arena);
  CHECK(arena.bytes_reserved() <= max_decoded_memory(bytes.size()));
  if (!used) return;
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
}

}  // namespace
}  // namespace weir::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::wire;
  if (size < 3) return 0;
  const auto messages = all_messages();
  const auto& message =
      *messages[static_cast<std::size_t>(data[0] | data[1] << 8) % messages.size()];
  const int versions = message.max_version - message.min_version + 1;
  const auto version = static_cast<std::int16_t>(message.min_version + data[2] % versions);
  run(message, version, {reinterpret_cast<const std::byte*>(data + 3), size - 3});
  return 0;
}
