#pragma once
// The file that golden/GoldenMessages.java writes: entries of one letter and big-endian fields,
// text with an int32 length (-1: none). It may be gzipped.
//
//   'E' code i16, name, retriable u8, refresh metadata u8              an error
//   'A' key i16, name, oldest i16, latest i16, latest stable i16, broker u8, controller u8,
//       for each version: request header version i8, response header version i8        an API
//   'V' name, lowest i16, highest i16                                 a message and its versions
//   'M' name, version i16, bytes, JSON                                an instance
//   'X' count u8, count times (position i32, byte u8), used i32
//       the instance before with some bytes changed, and how many bytes Kafka used of it (-1:
//       refused)
//   'P' name, version i16, operation u8, path, bytes (none: refused)  a probe of the encoder

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::wire::golden {

Result<std::vector<std::byte>> read_file(const std::string& path);

class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }
  template <class T>
  T number() {
    const auto value = load_be<T>(take(sizeof(T)).data());
    return value;
  }
  std::optional<Bytes> bytes();
  std::string_view text() { return as_text(bytes().value()); }

 private:
  Bytes take(std::size_t size);  // ends the program when the file is cut off

  Bytes rest_;
};

}  // namespace weir::wire::golden
