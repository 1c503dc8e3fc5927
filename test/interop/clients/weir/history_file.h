#pragma once
// A history (docs/formats/history.md) that a real process writes: each line is with the system
// before what it announces is done.

#include <chrono>
#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>

#include "scenario.h"

namespace interop {

class HistoryFile {
 public:
  explicit HistoryFile(const std::string& path) : file_(std::fopen(path.c_str(), "a")) {
    if (file_ == nullptr) throw Failed(path + " cannot be written");
    put("weir-history 1\n");
  }
  HistoryFile(const HistoryFile&) = delete;
  HistoryFile& operator=(const HistoryFile&) = delete;
  ~HistoryFile() { std::fclose(file_); }

  template <class... Words>
  void line(std::string_view process, std::string_view verb, const Words&... words) {
    std::string rest = " " + std::string(process) + " " + std::string(verb);
    ((rest += " " + text_of(words)), ...);
    rest += '\n';
    const std::lock_guard guard(lock_);
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    put(std::to_string(std::chrono::nanoseconds(now).count()) + rest);
  }
  std::uint64_t next_operation() {
    const std::lock_guard guard(lock_);
    return ++operations_;
  }

 private:
  void put(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), file_);
    std::fflush(file_);
  }

  std::mutex lock_;
  std::FILE* file_;
  std::uint64_t operations_ = 0;
};

}  // namespace interop
