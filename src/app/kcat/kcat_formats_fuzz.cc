// What kcat's options say (-f, -s, -D, -K) and the bytes that are printed or split by it. How input
// is split does not depend on the pieces in which it came.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "app/kcat/delimiter.h"
#include "app/kcat/message_printer.h"
#include "app/kcat/message_splitter.h"
#include "app/kcat/pack_format.h"
#include "base/check.h"

namespace {

using namespace weir::app;
using namespace weir::app::kcat;

void print_by(std::string_view option, bool is_pack, std::string_view bytes, std::uint8_t choices) {
  PrintOptions options{.format = is_pack ? "%k %s\n" : std::string(option),
                       .is_json = (choices & 1) != 0,
                       .shows_null = (choices & 2) != 0,
                       .key_pack = std::nullopt,
                       .value_pack = std::nullopt};
  if (is_pack) {
    if (!check_pack_format("key", option)) return;
    options.key_pack = option;
    options.value_pack = option;
  }
  const auto printer = MessagePrinter::make(std::move(options));
  if (!printer) return;
  RecordView message{.topic = "t", .offset = 5, .timestamp = 7};
  message.key = bytes.substr(0, bytes.size() / 2);
  if ((choices & 4) != 0) message.value = bytes;
  message.headers = {{"h", bytes}, {bytes, std::nullopt}};
  std::string out;
  static_cast<void>(printer->print(message, 1, out));
}

std::vector<std::string> split_in(std::string_view input, const std::string& delimiter,
                                  std::size_t piece) {
  MessageSplitter splitter(delimiter, 1'000'000);
  std::vector<std::string> messages;
  const auto take_rest = [&] {
    while (const auto message = splitter.next()) messages.emplace_back(*message);
  };
  while (!input.empty()) {
    splitter.add(input.substr(0, piece));
    input.remove_prefix(std::min(piece, input.size()));
    take_rest();
  }
  splitter.end();
  take_rest();
  return messages;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto option = rest.substr(0, data[0] % 64);
  const auto bytes = rest.substr(option.size());
  const std::uint8_t choices = data[1] / 4;
  switch (data[1] % 4) {
    case 0:
      print_by(option, false, bytes, choices);
      break;
    case 1:
      print_by(option, true, bytes, choices);
      break;
    default: {
      const auto delimiter = parse_delimiter(option);
      if (!delimiter || delimiter->empty()) break;
      const auto whole = split_in(bytes, *delimiter, std::max<std::size_t>(bytes.size(), 1));
      CHECK(split_in(bytes, *delimiter, 1 + choices % 5) == whole, "pieces do not matter");
      for (const auto& message : whole) {
        static_cast<void>(split_key(message, *delimiter, (choices & 1) != 0));
      }
      static_cast<void>(delimited_format(*delimiter, *delimiter));
    }
  }
  return 0;
}
