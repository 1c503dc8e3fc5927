#pragma once
// HandlerThreads: where handlers run that may block. Threads begin when they are needed and end
// with this object, which waits for none of them: what a thread runs at that moment is its own.

#include <functional>
#include <memory>

namespace weir::clientlib {

class HandlerThreads {
 public:
  using Work = std::move_only_function<void()>;

  explicit HandlerThreads(std::size_t count);
  // What was not begun never is.
  ~HandlerThreads();
  HandlerThreads(const HandlerThreads&) = delete;
  HandlerThreads& operator=(const HandlerThreads&) = delete;

  void run(Work work);  // by one thread at a time

 private:
  struct Shared;
  static void serve(const std::shared_ptr<Shared>& shared);

  const std::size_t count_;
  std::size_t started_ = 0;
  std::shared_ptr<Shared> shared_;
};

}  // namespace weir::clientlib
