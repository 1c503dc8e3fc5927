// Foreign bytes in a Fetch answer, with and without aborted transactions.

#include <cstdint>

#include "client/consumer/fetch/fetched_records.h"

using namespace weir;
using namespace weir::client;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static wire::CompressionContext context;
  const Bytes bytes{reinterpret_cast<const std::byte*>(data), size};
  for (const bool checks : {false, true}) {
    FetchedRecords records(
        {.frame = nullptr, .bytes = bytes, .aborted = {{1, 0}, {2, 5}}, .checks_crc = checks}, {2});
    for (int i = 0; i < 1000; ++i) {
      const auto batch = records.take(7, context);
      if (!batch || batch->records.empty()) break;
    }
  }
  return 0;
}
