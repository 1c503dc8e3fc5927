#include "app/clientlib/worker/handler_threads.h"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "runtime/blocked_signals.h"

namespace weir::clientlib {

struct HandlerThreads::Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Work> waiting;
  std::size_t idle = 0;
  bool is_over = false;
};

HandlerThreads::HandlerThreads(std::size_t count)
    : count_(count), shared_(std::make_shared<Shared>()) {}

HandlerThreads::~HandlerThreads() {
  std::deque<Work> never_begun;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->is_over = true;
    never_begun.swap(shared_->waiting);
  }
  shared_->changed.notify_all();
}

void HandlerThreads::run(Work work) {
  bool needs_thread = false;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->waiting.push_back(std::move(work));
    needs_thread = shared_->waiting.size() > shared_->idle && started_ < count_;
  }
  if (needs_thread) {
    ++started_;
    const runtime::BlockedSignals blocked;
    std::thread thread([shared = shared_] { serve(shared); });
    pthread_setname_np(thread.native_handle(), "weir-handler");
    thread.detach();
  }
  shared_->changed.notify_one();
}

void HandlerThreads::serve(const std::shared_ptr<Shared>& shared) {
  std::unique_lock lock(shared->mutex);
  while (true) {
    ++shared->idle;
    shared->changed.wait(lock, [&] { return shared->is_over || !shared->waiting.empty(); });
    --shared->idle;
    if (shared->is_over) return;
    Work work = std::move(shared->waiting.front());
    shared->waiting.pop_front();
    lock.unlock();
    work();
    work = {};
    lock.lock();
  }
}

}  // namespace weir::clientlib
