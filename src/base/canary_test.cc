#include "base/canary.h"

namespace weir {

#ifndef WEIR_CANARIES
// Constants: nothing that happens at run time can let one sing.
static_assert(!sings(Canary::none) && !sings(Canary::producer_ids_given_again));
#endif

}  // namespace weir
