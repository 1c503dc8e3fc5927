#include "app/clientlib/admin_core.h"

namespace weir {

namespace clientlib {

Task<> AdminCore::retire(std::shared_ptr<AdminCore> self) {
  auto closing = self->cluster_.close();
  co_await std::move(closing);
  while (self->calls_ > 0) co_await self->idle_.wait();
}

}  // namespace clientlib

Admin::Impl::Impl(std::shared_ptr<clientlib::Engine> engine, client::ClusterOptions options,
                  std::chrono::milliseconds timeout)
    : engine_(std::move(engine)), timeout_(timeout), core_(std::make_shared<Core>()) {
  engine_->post([engine = engine_.get(), core = core_, options = std::move(options)]() mutable {
    *core = std::make_shared<clientlib::AdminCore>(*engine, std::move(options));
  });
}

Admin::Impl::~Impl() {
  engine_->post([engine = engine_.get(), core = std::move(core_)] {
    engine->spawn(clientlib::AdminCore::retire(std::move(*core)));
  });
}

}  // namespace weir
