#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace weir {

void check_failed(const char* file, int line, const char* condition, std::string_view why) {
  std::fprintf(stderr, "weir: internal error at %s:%d: %s%s%.*s\n", file, line, condition,
               why.empty() ? "" : ": ", static_cast<int>(why.size()), why.data());
  std::abort();
}

}  // namespace weir
