#include "test/wire/golden_file.h"

#include <zlib.h>

#include "base/check.h"

namespace weir::wire::golden {

Result<std::vector<std::byte>> read_file(const std::string& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return fail(Errc::not_found, "cannot open " + path);
  std::vector<std::byte> data;
  constexpr unsigned step = 1 << 20;
  int got = 0;
  do {
    const auto before = data.size();
    data.resize(before + step);
    got = gzread(file, data.data() + before, step);
    data.resize(before + static_cast<std::size_t>(got > 0 ? got : 0));
  } while (got > 0);
  gzclose(file);
  if (got < 0) return fail(Errc::corrupt, path + " is damaged");
  return data;
}

Bytes Reader::take(std::size_t size) {
  CHECK(size <= rest_.size(), "the golden file is cut off");
  const auto taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

std::optional<Bytes> Reader::bytes() {
  const auto size = number<std::int32_t>();
  if (size < 0) return std::nullopt;
  return take(static_cast<std::size_t>(size));
}

}  // namespace weir::wire::golden
