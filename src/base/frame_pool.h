#pragma once
// Memory for coroutine frames: per thread, a free list for each size class of 64 bytes up to 2 KiB;
// larger frames go to malloc. A frame may be released on another thread than the one that allocated
// it: it joins the list of the thread that released it. Each list keeps at most 64 frames.

#include <cstddef>

namespace weir::frame_pool {

void* allocate(std::size_t size);
void release(void* frame, std::size_t size) noexcept;

}  // namespace weir::frame_pool
