#include "sim/network.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/one_shot.h"
#include "sim/host.h"
#include "sim/shard.h"
#include "sim/world.h"

namespace weir::sim {

Result<std::unique_ptr<env::Listener>> ShardNetwork::listen(const env::Address& address,
                                                            int backlog,
                                                            const env::SocketBuffers&) {
  auto listener = std::make_unique<ListenerEnd>(shard_, address, backlog);
  TRY(listener->open());
  return listener;
}

std::unique_ptr<env::Connection> ShardNetwork::adopt(std::unique_ptr<env::Socket> socket) {
  auto* end = dynamic_cast<SocketEnd*>(socket.get());
  CHECK(end != nullptr && end->link, "a socket of this network, once");
  return std::make_unique<Stream>(shard_, std::exchange(end->link, nullptr), 1);
}

Task<Result<std::unique_ptr<env::Connection>>> ShardNetwork::connect(env::Address address,
                                                                     Cancellation stop) {
  using Dialed = OneShot<Result<std::shared_ptr<Link>>>;
  const auto dialed = std::make_shared<Dialed>(shard_);
  Switchboard& switchboard = shard_.world().switchboard();
  switchboard.dial(shard_, address, [dialed, &switchboard](auto result) {
    if (!dialed->is_set()) return dialed->set(std::move(result));
    if (result) switchboard.close(*result, 0);  // nobody waits for it any more
  });
  const auto give_up = [dialed, name = address.text()] {
    if (!dialed->is_set()) {
      dialed->set(fail(Errc::closed, "connecting to " + name + " was given up"));
    }
  };
  const OnCancel on_stop(stop, give_up);
  auto link = co_await *dialed;
  if (!link) co_return std::unexpected(std::move(link).error());
  co_return std::make_unique<Stream>(shard_, *std::move(link), 0);
}

SocketEnd::~SocketEnd() {
  if (link) link->at(1).host->world().switchboard().close(link, 1);
}

ListenerEnd::ListenerEnd(Shard& shard, const env::Address& address, int backlog)
    : shard_(shard),
      address_(address),
      backlog_(static_cast<std::size_t>(std::max(backlog, 1))),
      life_(shard.host().life()) {}

ListenerEnd::~ListenerEnd() {
  CHECK(life_->over || !accepter_, "nobody may wait in a listener that goes");
  close();
}

Result<> ListenerEnd::open() {
  TRY_ASSIGN(address_.port,
             shard_.world().switchboard().open_port(shard_.host(), address_.port, *this));
  open_ = true;
  return {};
}

struct ListenerEnd::Arrival {
  ListenerEnd& listener;
  bool await_ready() const noexcept { return !listener.open_ || !listener.waiting_.empty(); }
  void await_suspend(std::coroutine_handle<> waiter) const { listener.accepter_ = waiter; }
  void await_resume() const noexcept {}
};

Task<Result<std::unique_ptr<env::Socket>>> ListenerEnd::accept() {
  CHECK(!accepter_, "one accept at a time");
  const Arrival arrival{*this};
  co_await arrival;
  if (!open_) co_return fail(Errc::closed, "the listener is closed");
  auto socket = std::move(waiting_.front());
  waiting_.pop_front();
  co_return socket;
}

void ListenerEnd::arrive(std::shared_ptr<Link> link) {
  waiting_.push_back(std::make_unique<SocketEnd>(std::move(link)));
  wake();
}

void ListenerEnd::close() {
  if (!open_) return;
  open_ = false;
  if (life_->over) return;
  shard_.world().switchboard().close_port(shard_.host(), address_.port);
  waiting_.clear();
  wake();
}

void ListenerEnd::wake() {
  if (accepter_) shard_.resume(std::exchange(accepter_, {}));
}

}  // namespace weir::sim
