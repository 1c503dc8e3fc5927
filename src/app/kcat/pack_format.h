#pragma once
// Pack formats (-s): keys and values that are numbers in binary.
//
//   b B h H i I q Q   integers of 1, 2, 4 and 8 bytes, signed and unsigned
//   c                 one byte as it is
//   s                 the rest as text, up to a zero byte
//   $                 nothing may follow
//   < > and a space   nothing but the space: all numbers are big-endian, as kcat 1.7.1 reads them

#include <expected>
#include <string>
#include <string_view>

namespace weir::app::kcat {

// `what` is "key" or "value", for messages. Error: what is wrong with the format.
std::expected<void, std::string> check_pack_format(std::string_view what, std::string_view format);

// By a format that was checked. Bytes that no letter asks for are passed over. Error: the bytes do
// not fit; what was printed before stays.
std::expected<void, std::string> unpack(std::string_view what, std::string_view format,
                                        std::string_view bytes, std::string& out);

}  // namespace weir::app::kcat
