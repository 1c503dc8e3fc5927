#include "app/kcat/option_words.h"

namespace weir::app::kcat {

std::optional<OptionWords::Option> OptionWords::next() {
  while (rest_.empty()) {
    if (at_ == words_.size()) return std::nullopt;
    const std::string& word = words_[at_++];
    if (word == "--") {
      operands_.insert(operands_.end(), words_.begin() + static_cast<std::ptrdiff_t>(at_),
                       words_.end());
      at_ = words_.size();
    } else if (word.size() > 1 && word.front() == '-') {
      rest_ = std::string_view(word).substr(1);
    } else {
      operands_.push_back(word);
    }
  }
  Option option{.letter = rest_.front(), .value = {}};
  rest_.remove_prefix(1);
  const std::size_t found = option.letter == ':' ? letters_.npos : letters_.find(option.letter);
  if (found == letters_.npos) {
    option.is_known = false;
    return option;
  }
  if (found + 1 == letters_.size() || letters_[found + 1] != ':') return option;
  if (!rest_.empty()) {
    option.value = rest_;
    rest_ = {};
  } else if (at_ < words_.size()) {
    option.value = words_[at_++];
  } else {
    option.is_known = false;
  }
  return option;
}

}  // namespace weir::app::kcat
