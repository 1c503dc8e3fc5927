#pragma once
// What kcat says on standard error, and how a run ends before its time: the words are written at
// once, and the exit code travels as an Ended.

#include <expected>
#include <string_view>

namespace weir::app::kcat {

struct Ended {
  int code = 0;
};
template <class T = void>
using Run = std::expected<T, Ended>;

class Notices {
 public:
  int verbosity = 1;           // -v, -q
  bool exits_on_error = true;  // not with -E

  // "% TEXT", with this many -v or more (1: unless -q).
  void info(int level, std::string_view text) const;
  // "% ERROR: TEXT".
  std::unexpected<Ended> fatal(std::string_view text) const;
  // The same, but the run goes on with -E.
  Run<> error(std::string_view text) const;
};

}  // namespace weir::app::kcat
