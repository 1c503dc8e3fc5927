#pragma once
// The coroutine frames that nobody owns. The simulator keeps one list for all shards of a machine,
// so that a crash of the machine can drop every coroutine before it drops what they refer to. On
// Linux there is none (Executor::detached_frames() is null): a process that crashes takes its
// frames along.

#include <coroutine>

namespace weir {

class DetachedFrames {
 public:
  // Lives in the promise; leaves its list when the frame goes.
  class Entry {
   public:
    Entry() = default;
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() {
      if (list_ == nullptr) return;
      (previous_ ? previous_->next_ : list_->newest_) = next_;
      if (next_) next_->previous_ = previous_;
    }
    // Null: not kept anywhere.
    void join(DetachedFrames* list, std::coroutine_handle<> frame) {
      if (list == nullptr) return;
      list_ = list;
      frame_ = frame;
      next_ = list->newest_;
      if (next_) next_->previous_ = this;
      list->newest_ = this;
    }

   private:
    friend class DetachedFrames;
    DetachedFrames* list_ = nullptr;
    Entry* previous_ = nullptr;
    Entry* next_ = nullptr;
    std::coroutine_handle<> frame_;
  };

  DetachedFrames() = default;
  DetachedFrames(const DetachedFrames&) = delete;
  DetachedFrames& operator=(const DetachedFrames&) = delete;

  bool empty() const { return newest_ == nullptr; }
  // Newest first. None of them may be running.
  void destroy_all() {
    while (newest_) newest_->frame_.destroy();
  }

 private:
  Entry* newest_ = nullptr;
};

}  // namespace weir
