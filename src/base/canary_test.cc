#include "base/canary.h"

namespace weir {

#ifndef WEIR_CANARIES
// Constants: nothing that happens at run time can let one sing.
static_assert(!sings(Canary::none) && !sings(Canary::topic_answered_early));
#endif

}  // namespace weir
