#pragma once
// HistoryWriter: the lines of docs/formats/history.md. Who calls it says the time; the lines of one
// writer are in the order of the calls. What simulated workloads write a history with.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/checker/check.h"

namespace weir::sim::checker {

class HistoryWriter {
 public:
  HistoryWriter();

  // Any bytes as one word; absent: null.
  static std::string word(std::optional<std::string_view> bytes);
  // A line: the numbers and words after the verb, as they are.
  template <class... Words>
  void line(std::int64_t time_ns, std::string_view process, Verb verb, const Words&... words) {
    begin(time_ns, process, verb);
    (append(words), ...);
    text_ += '\n';
  }
  const std::string& text() const { return text_; }

 private:
  void begin(std::int64_t time_ns, std::string_view process, Verb verb);
  void append(std::string_view word) { (text_ += ' ') += word; }
  template <class T>
    requires std::is_integral_v<T>
  void append(T number) {
    (text_ += ' ') += std::to_string(number);
  }

  std::string text_;
};

// Reads and checks a history of one writer. Failure: corrupt.
Result<CheckReport> check_text(std::string_view text);

}  // namespace weir::sim::checker
