#pragma once
// The log of the process: lines to standard error or a file, as text or as one JSON object each.
//
// write() only copies the line into a queue that a thread empties; when the reader of our output is
// slow the oldest lines are lost, and said to be. Every control character of a message, a line
// break too, is escaped, so that foreign text cannot forge a line (log_escape.h). All calls from
// any thread.

#include <memory>
#include <string>

#include "base/env/log_sink.h"
#include "base/result.h"

namespace weir::runtime {

struct LogSettings {
  enum class Form : std::uint8_t { text, json };
  Form form = Form::text;
  env::Level level = env::Level::info;
  std::string file;  // empty: standard error
};

class ProcessLog final : public env::LogSink {
 public:
  // Error: io, when the file cannot be opened.
  static Result<std::unique_ptr<ProcessLog>> open(const LogSettings& settings);
  ~ProcessLog() override;  // writes what is queued

  bool enabled(env::Level level) const override;
  void write(env::Level level, std::string_view component, std::string_view message) override;
  void set_level(env::Level level);
  void flush();  // returns when what was written before is out, after two seconds at the latest

 private:
  struct Impl;
  explicit ProcessLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::runtime
