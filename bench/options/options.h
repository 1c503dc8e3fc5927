#pragma once
// Arguments of the form name=value. Every name must be one that was asked for.

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>

#include "base/result.h"

namespace weir::bench {

class Options {
 public:
  // Error: invalid, for a word without '=' and for a name that comes twice.
  static Result<Options> parse(std::span<const char* const> words);

  std::string text(const std::string& name, const std::string& otherwise);
  // "4096", "64Ki", "1Mi", "2Gi", "10k", "5M".
  std::int64_t number(const std::string& name, std::int64_t otherwise);

  // After all were asked for. Error: invalid, naming the first value that is no number, or a name
  // that nobody asked for.
  Result<> check() const;

 private:
  std::map<std::string, std::string> values_;
  std::set<std::string> asked_;
  std::string wrong_;
};

}  // namespace weir::bench
