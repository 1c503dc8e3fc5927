#pragma once
// The operations that a client may perform, as bits (AclOperation), where it asks for them. Without
// an authorizer everybody may do everything that the kind of resource knows
// (AclEntry.supportedOperations).

#include <cstdint>

namespace weir::broker::api {

inline constexpr std::int32_t topic_operations =
    1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 10 | 1 << 11;
inline constexpr std::int32_t group_operations = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;
inline constexpr std::int32_t cluster_operations =
    1 << 5 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12;
inline constexpr std::int32_t operations_not_asked = INT32_MIN;

}  // namespace weir::broker::api
