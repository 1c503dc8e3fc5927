#include "app/cli/log_files/batch_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "app/cli/log_files/dump_line.h"
#include "app/cli/text/base64.h"

namespace weir::app {
namespace {

std::string named(std::string_view name, std::string_view bytes) {
  return is_utf8(bytes) ? fmt::format("\"{}\":{}", name, json_string(bytes))
                        : fmt::format("\"{}_base64\":{}", name, json_string(to_base64(bytes)));
}

}  // namespace

std::string codec_text(const wire::BatchView& batch) {
  constexpr std::string_view names[] = {"none", "gzip", "snappy", "lz4", "zstd"};
  const auto number = static_cast<std::size_t>(batch.codec());
  return number < std::size(names) ? std::string(names[number]) : fmt::format("{}", number);
}

std::string header_json(std::string_view key, std::optional<Bytes> value) {
  return fmt::format("{{{},{}}}", named("key", key),
                     value ? named("value", as_text(*value)) : "\"value\":null");
}

Result<bool> only_zeroes(const env::File& file, std::uint64_t from, std::uint64_t end) {
  std::vector<std::byte> piece(std::size_t{64} << 10);
  if (from >= end) return false;
  for (std::uint64_t at = from; at < end;) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), end - at));
    TRY_ASSIGN(const auto got, file.read_at(at, MutableBytes(piece).first(want)));
    if (got == 0) return false;
    const auto read = Bytes(piece).first(got);
    if (std::ranges::any_of(read, [](std::byte byte) { return byte != std::byte{0}; })) {
      return false;
    }
    at += got;
  }
  return true;
}

}  // namespace weir::app
