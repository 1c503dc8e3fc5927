#include "runtime/helper_pool.h"

#include <pthread.h>

#include <utility>

#include "base/check.h"
#include "runtime/blocked_signals.h"

namespace weir::runtime {

HelperPool::HelperPool(std::size_t threads) {
  CHECK(threads > 0, "blocking work needs a thread");
  const BlockedSignals blocked;
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { serve(); });
    pthread_setname_np(threads_.back().native_handle(), "weir-helper");
  }
}

void HelperPool::run(env::Callback job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
}

void HelperPool::serve() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    env::Callback job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
  }
}

void HelperPool::stop() {
  std::deque<env::Callback> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(jobs_);
  }
  changed_.notify_all();
  dropped.clear();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace weir::runtime
