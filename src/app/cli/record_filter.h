#pragma once
// Which records are shown: those whose key, value and headers match every pattern.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/text/record_format.h"

namespace weir::app {

// Text that is found anywhere: an RE2 pattern, or plain text.
class Pattern {
 public:
  // Error: invalid, with what RE2 says.
  static Result<Pattern> parse(std::string_view text, bool plain);
  bool matches(std::string_view bytes) const;
  bool matches_whole(std::string_view bytes) const;

 private:
  struct Compiled;
  std::string plain_;
  std::shared_ptr<const Compiled> compiled_;  // null: plain
};

struct RecordFilter {
  std::optional<Pattern> key, value;
  struct Header {
    std::string name;
    std::optional<Pattern> value;
  };
  std::vector<Header> headers;  // each must be there

  bool matches(const RecordView& record) const;
};

}  // namespace weir::app
