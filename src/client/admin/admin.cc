#include "client/admin/admin.h"

#include "client/admin/routing.h"

namespace weir::client {

Admin::Admin(Cluster& cluster) : router_(std::make_unique<AdminRouter>(cluster)) {}
Admin::~Admin() = default;

}  // namespace weir::client
