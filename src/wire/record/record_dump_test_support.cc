#include "wire/record/record_dump_test_support.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "wire/compression/compression.h"
#include "wire/record/record.h"

namespace weir::wire::test {
namespace {

std::string hex(Blob blob) {
  if (blob.is_null()) return "null";
  if (blob.size() > 40) return fmt::format("#{}/{}", blob.size(), crc32c(blob.view()));
  std::string out = "'";
  for (const auto byte : blob.view()) out += fmt::format("{:02x}", static_cast<unsigned>(byte));
  return out + "'";
}

}  // namespace

std::string dump_header(BatchView batch, Offset base_offset, LeaderEpoch epoch) {
  return fmt::format(
      "batch offset={} last=+{} epoch={} codec={} append_time={:d} transactional={:d} control={:d} "
      "horizon={} max={} producer={}/{}/{}-{} count={}\n",
      base_offset, batch.last_offset_delta(), epoch, static_cast<int>(batch.codec()),
      batch.is_log_append_time(), batch.is_transactional(), batch.is_control(),
      batch.has_delete_horizon() ? batch.base_timestamp() : -1, batch.max_timestamp(),
      batch.producer_id(), batch.producer_epoch(), batch.base_sequence(), batch.last_sequence(),
      batch.records_count());
}

std::string dump_records(BatchView batch, Offset offset_shift) {
  CompressionContext context;
  std::vector<std::byte> storage;
  if (batch.records_count() == 0) return "";
  const auto bytes = decompressed_records(context, batch, std::uint64_t{1} << 30, storage);
  if (!bytes) return "  unreadable: " + bytes.error().message() + "\n";
  RecordIterator records(batch, *bytes);
  std::string out;
  for (Record record;;) {
    const auto more = records.next(record);
    if (!more) return out + "  unreadable: " + more.error().message() + "\n";
    if (!*more) return out;
    out += fmt::format("  record offset={} time={} sequence={} key={} value={}",
                       record.offset - offset_shift, record.timestamp, record.sequence,
                       hex(record.key), hex(record.value));
    for (const auto& header : record.headers) {
      out += fmt::format(" {}:{}", hex(Blob(as_bytes(header.key))), hex(header.value));
    }
    out += '\n';
  }
}

std::string dump(Bytes batches) {
  std::string out;
  while (!batches.empty()) {
    const auto batch = read_batch(batches);
    if (!batch) return out + batch.error().message();
    EXPECT_TRUE(batch->crc_is_good());
    out += dump_header(*batch, batch->base_offset(), batch->leader_epoch());
    out += dump_records(*batch, 0);
    batches = batches.subspan(batch->size());
  }
  return out;
}

std::vector<std::byte> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

void write_file(const std::string& path, Bytes bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << as_text(bytes);
}

}  // namespace weir::wire::test
