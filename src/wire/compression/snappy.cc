#include "wire/compression/snappy.h"

#include <snappy.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "base/steps.h"

namespace weir::wire {
namespace {

constexpr std::array<unsigned char, 8> magic{0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
constexpr std::size_t header_size = 16;
constexpr std::int32_t version = 1;
constexpr std::size_t block_size = 32 * 1024;
constexpr std::size_t snappy_kept_max = std::size_t{1}
                                        << 20;  // of memory, from one batch to the next
// A three-byte copy yields at most 64 bytes; what claims more is lying, and is not allocated for.
constexpr std::size_t expansion_max = 22;

const char* as_chars(const std::byte* bytes) { return reinterpret_cast<const char*>(bytes); }

bool has_header(Bytes input) {
  return input.size() >= header_size && std::memcmp(input.data(), magic.data(), magic.size()) == 0;
}

}  // namespace

Result<> SnappyCodec::compress(Bytes input, std::vector<std::byte>& out) {
  auto at = out.size();
  out.resize(at + header_size);
  std::memcpy(out.data() + at, magic.data(), magic.size());
  store_be(out.data() + at + 8, version);
  store_be(out.data() + at + 12, version);
  while (!input.empty()) {
    const auto piece = input.first(std::min(input.size(), block_size));
    input = input.subspan(piece.size());
    at = out.size();
    out.resize(at + 4 + snappy::MaxCompressedLength(piece.size()));
    std::size_t written = 0;
    snappy::RawCompress(as_chars(piece.data()), piece.size(),
                        reinterpret_cast<char*>(out.data() + at + 4), &written);
    store_be(out.data() + at, static_cast<std::int32_t>(written));
    out.resize(at + 4 + written);
  }
  return {};
}

Result<> SnappyCodec::start(Bytes input) {
  if (block_.capacity() > snappy_kept_max)
    block_ = std::vector<std::byte>();  // gives its memory back
  framed_ = has_header(input);
  input_ = framed_ ? input.subspan(header_size) : input;
  if (!framed_ && input_.empty()) return fail(Errc::corrupt, "snappy data is empty");
  return {};
}

Result<Bytes> SnappyCodec::next(std::size_t budget) {
  if (!framed_) {
    if (input_.empty()) return Bytes{};
    return block(std::exchange(input_, Bytes{}), budget);
  }
  while (!input_.empty()) {
    count_steps();
    if (has_header(input_)) {
      input_ = input_.subspan(header_size);
      continue;
    }
    if (input_.size() < 4) return fail(Errc::corrupt, "a snappy block's length is cut short");
    const auto length = load_be<std::int32_t>(input_.data());
    input_ = input_.subspan(4);
    if (length <= 0 || static_cast<std::size_t>(length) > input_.size()) {
      return fail(Errc::corrupt, "a snappy block has length " + std::to_string(length));
    }
    const auto compressed = input_.first(static_cast<std::size_t>(length));
    input_ = input_.subspan(compressed.size());
    TRY_ASSIGN(const auto piece, block(compressed, budget));
    if (!piece.empty()) return piece;
  }
  return Bytes{};
}

Result<Bytes> SnappyCodec::block(Bytes compressed, std::size_t budget) {
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(as_chars(compressed.data()), compressed.size(), &size) ||
      size / expansion_max > compressed.size()) {
    return fail(Errc::corrupt, "a snappy block claims a size that it cannot have");
  }
  if (size > budget)
    return fail(Errc::too_large, "a snappy block is beyond the decompressed limit");
  if (block_.size() < size) block_.resize(size);
  if (!snappy::RawUncompress(as_chars(compressed.data()), compressed.size(),
                             reinterpret_cast<char*>(block_.data()))) {
    return fail(Errc::corrupt, "a snappy block is damaged");
  }
  return Bytes(block_).first(size);
}

}  // namespace weir::wire
