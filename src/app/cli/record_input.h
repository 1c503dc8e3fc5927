#pragma once
// RecordInput: records out of a stream of text, in pieces of any size. It knows lines, so that a
// mistake can be found again.

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "app/cli/text/record_format.h"

namespace weir::app {

struct JsonLines {};
struct WholeInput {};  // all of it is one value
using InputForm = std::variant<RecordFormat, JsonLines, WholeInput>;

class RecordInput {
 public:
  // `name`: of the file, for messages.
  RecordInput(const InputForm& form, std::string name) : form_(form), name_(std::move(name)) {}

  void add(std::string_view bytes);
  void end() { ended_ = true; }
  // The next record that is whole; nothing: more input is needed, or there is none. Error: invalid,
  // "FILE:LINE: ...".
  Result<std::optional<RecordText>> next();
  // Where the record begins that next() has given last, counted from 1.
  std::size_t line() const { return record_line_; }
  // ... and of how many bytes of the input it was made.
  std::size_t size() const { return record_size_; }

 private:
  Result<std::optional<RecordText>> take(std::string_view& rest);

  const InputForm& form_;
  std::string name_;
  std::string buffer_;
  std::size_t taken_ = 0;  // of the buffer
  std::size_t line_ = 1;   // of the first byte that is not taken
  std::size_t record_line_ = 1, record_size_ = 0;
  bool ended_ = false;
  bool whole_given_ = false;
};

}  // namespace weir::app
