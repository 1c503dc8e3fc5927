// The configs of a client-metrics subscription (KIP-714).

#include "metadata/config/config_table.h"

namespace weir::metadata {
namespace {

using namespace define;

// clang-format off: one config, one paragraph
constexpr ConfigDefinition client_metrics_configs[] = {
    int32("interval.ms", "300000").none_yet()
        .says("How often clients that match push their metrics."),
    list("match", "").list_of().none_yet()
        .says("Which clients the subscription is for: `selector=regular expression` pairs, all "
              "of which must match."),
    list("metrics", "").list_of().none_yet()
        .says("Prefixes of the names of the metrics that clients are asked for."),
};
// clang-format on

}  // namespace

std::span<const ConfigDefinition> client_metrics_table() { return client_metrics_configs; }

}  // namespace weir::metadata
