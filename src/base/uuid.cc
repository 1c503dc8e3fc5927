#include "base/uuid.h"

#include "base/random.h"

namespace weir {

namespace {

__extension__ using Wide = unsigned __int128;  // GCC calls it pedantic without the word

constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t text_size = 22;

int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '-') return 62;
  if (c == '_') return 63;
  return -1;
}

}  // namespace

// 128 bits are 21 digits of six bits and one that carries the last two bits in its upper end.
std::string Uuid::text() const {
  Wide bits = (static_cast<Wide>(high) << 64) | low;
  std::string out(text_size, 'A');
  out[text_size - 1] = alphabet[static_cast<unsigned>(bits & 3) << 4];
  bits >>= 2;
  for (std::size_t i = text_size - 1; i-- > 0; bits >>= 6) {
    out[i] = alphabet[static_cast<unsigned>(bits & 63)];
  }
  return out;
}

Result<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != text_size) return fail(Errc::invalid, "a uuid has 22 characters");
  Wide bits = 0;
  for (std::size_t i = 0; i < text_size; ++i) {
    const int digit = value_of(text[i]);
    if (digit < 0) return fail(Errc::invalid, "a uuid is base64url without padding");
    if (i + 1 < text_size) {
      bits = bits << 6 | static_cast<unsigned>(digit);
    } else {
      if ((digit & 15) != 0) return fail(Errc::invalid, "a uuid has 128 bits");
      bits = bits << 2 | static_cast<unsigned>(digit >> 4);
    }
  }
  return Uuid{static_cast<std::uint64_t>(bits >> 64), static_cast<std::uint64_t>(bits)};
}

Uuid Uuid::random(RandomSource& random) {
  for (;;) {
    Uuid id{random.next(), random.next()};
    id.high = (id.high & ~0xF000ULL) | 0x4000ULL;
    id.low = (id.low & ~(3ULL << 62)) | (1ULL << 63);
    if (id.text().front() != '-') return id;
  }
}

}  // namespace weir
