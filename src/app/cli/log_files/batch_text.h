#pragma once
// What dumping and verifying batches have in common.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/env/disk.h"
#include "base/result.h"
#include "wire/record/batch.h"

namespace weir::app {

// The records of one batch, without compression: more are refused.
inline constexpr std::uint64_t unpacked_batch_max = std::uint64_t{1} << 30;

std::string codec_text(const wire::BatchView& batch);  // "lz4"; "7" where there is no such codec

// {"key":...,"value":...}, in Base64 with _base64 behind the name where it is not UTF-8.
std::string header_json(std::string_view key, std::optional<Bytes> value);

// Whether [from, end) holds nothing but zeroes (and something): what a file system or
// preallocation leaves behind the last batch.
Result<bool> only_zeroes(const env::File& file, std::uint64_t from, std::uint64_t end);

}  // namespace weir::app
