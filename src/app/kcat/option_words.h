#pragma once
// Words of a command line into options of one letter, as getopt finds them: letters together, a
// value behind its letter or in the next word, operands anywhere, `--` before the last of them.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::app::kcat {

class OptionWords {
 public:
  struct Option {
    char letter = 0;
    std::string value;
    bool is_known = true;  // false: no such letter, or its value is missing
  };

  // `letters`: each with a colon behind it if it takes a value.
  OptionWords(std::vector<std::string> words, std::string_view letters)
      : words_(std::move(words)), letters_(letters) {}

  std::optional<Option> next();
  // After the last option.
  const std::vector<std::string>& operands() const { return operands_; }

 private:
  std::vector<std::string> words_;
  std::string_view letters_;
  std::size_t at_ = 0;     // the next word
  std::string_view rest_;  // further letters of the last one
  std::vector<std::string> operands_;
};

}  // namespace weir::app::kcat
