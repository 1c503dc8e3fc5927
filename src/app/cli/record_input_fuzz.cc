// A format (its length stands first) and input in it: what is read does not depend on the pieces in
// which the input came, and each record takes some of it. A record that JSON can say comes back.

#include "app/cli/record_input.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "app/cli/text/base64.h"
#include "app/cli/text/record_json.h"
#include "base/check.h"

namespace {

using namespace weir;
using namespace weir::app;

struct InputRead {
  std::vector<RecordText> records;
  bool failed = false;
  bool operator==(const InputRead&) const = default;
};

void take_all(RecordInput& input, InputRead& read) {
  while (!read.failed) {
    auto record = input.next();
    read.failed = !record.has_value();
    if (!record || !*record) return;
    read.records.push_back(std::move(**record));
  }
}

InputRead read_input(const InputForm& form, std::string_view text, std::size_t piece) {
  RecordInput input(form, "input");
  InputRead read;
  const auto most = text.size() + 1;
  while (!text.empty()) {
    input.add(text.substr(0, piece));
    text.remove_prefix(std::min(piece, text.size()));
    take_all(input, read);
    CHECK(read.records.size() <= most, "a record takes some of the input");
  }
  input.end();
  take_all(input, read);
  CHECK(read.records.size() <= most, "a record takes some of the input");
  return read;
}

RecordView view_of(const RecordText& record) {
  RecordView view;
  if (record.topic) view.topic = *record.topic;
  if (record.partition) view.partition = *record.partition;
  if (record.timestamp) view.timestamp = *record.timestamp;
  view.key = record.key;
  view.value = record.value;
  for (const auto& [name, value] : record.headers) view.headers.emplace_back(name, value);
  return view;
}

void print_and_read(const RecordText& record) {
  const RecordView view = view_of(record);
  std::string line;
  print_record_json(view, line);
  CHECK(line.ends_with('\n'));
  const auto again = read_record_json(std::string_view(line).substr(0, line.size() - 1));
  CHECK(again.has_value(), again.error().what);
  CHECK(again->key == record.key && again->value == record.value);
  const bool has_names =
      std::ranges::all_of(record.headers, [](const auto& header) { return is_utf8(header.first); });
  CHECK(again->headers == record.headers || !has_names);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto format = rest.substr(0, data[0] % 64);
  const auto text = rest.substr(format.size());
  InputForm form = JsonLines{};
  if (data[1] % 4 != 0) {
    const auto parsed = RecordFormat::parse(format);
    if (!parsed) return 0;
    form = *parsed;
  }
  const InputRead whole = read_input(form, text, std::max<std::size_t>(text.size(), 1));
  CHECK(read_input(form, text, 1 + data[1] / 4 % 7) == whole, "pieces do not matter");
  for (const auto& record : whole.records) {
    print_and_read(record);
    std::string out;
    if (const auto* parsed = std::get_if<RecordFormat>(&form)) parsed->print(view_of(record), out);
  }
  return 0;
}
