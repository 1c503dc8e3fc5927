#pragma once
// RecordList: metadata records as values of the log (wire/metadata_record.h), what a controller's
// decision gives; replay.h applies them.

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "wire/metadata_record.h"

namespace weir::metadata {

// Records in order, each encoded.
class RecordList {
 public:
  // A record that its version cannot carry is a bug of the caller.
  template <class M>
  void add(const M& message, std::int16_t version) {
    wire::Output output;
    const auto encoded = wire::encode_metadata_record(message, version, output);
    CHECK(encoded.has_value(), "a metadata record fits its version");
    values_.push_back(output.take());
  }
  // A record that was read somewhere, as it is.
  void add_encoded(std::vector<std::byte> value) { values_.push_back(std::move(value)); }
  std::size_t size() const { return values_.size(); }
  bool empty() const { return values_.empty(); }
  const std::vector<std::vector<std::byte>>& values() const { return values_; }
  std::vector<std::vector<std::byte>> take() { return std::move(values_); }
  void truncate(std::size_t size) { values_.resize(size); }

 private:
  std::vector<std::vector<std::byte>> values_;
};

}  // namespace weir::metadata
