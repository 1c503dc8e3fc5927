#include "base/canary.h"

#ifdef WEIR_CANARIES
#include "base/check.h"

namespace weir {
namespace {

// A canary may sing in a process that runs simulations one after the other, nowhere else.
Canary singing_canary = Canary::none;

}  // namespace

bool sings(Canary canary) { return canary == singing_canary; }

// The text is how one tells a program that was built with canaries.
void let_sing(Canary canary) {
  CHECK(canary <= Canary::snapshot_outlives_cut, "weir-was-built-with-canaries");
  singing_canary = canary;
}

}  // namespace weir
#endif
