#include "runtime/log_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "runtime/log_escape.h"
#include "runtime/owned_descriptor.h"
#include "runtime/system_error.h"

namespace weir::runtime {
namespace {

constexpr std::size_t queue_lines = 8192;
constexpr std::chrono::seconds flush_wait_max{2};

// spdlog puts the time and the level in front, in UTC.
constexpr const char* text_pattern = "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v";
constexpr const char* json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

spdlog::level::level_enum to_spdlog(env::Level level) {
  switch (level) {
    case env::Level::trace:
      return spdlog::level::trace;
    case env::Level::debug:
      return spdlog::level::debug;
    case env::Level::info:
      return spdlog::level::info;
    case env::Level::warning:
      return spdlog::level::warn;
    case env::Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

// Writes to a descriptor, on spdlog's thread.
class DescriptorSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit DescriptorSink(OwnedDescriptor file) : file_(std::move(file)) {}

  // The pool that calls this sink, and so is there whenever it does.
  void watch(spdlog::details::thread_pool& pool) { pool_ = &pool; }

  void wait_for_flush(std::uint64_t number) {
    std::unique_lock lock(flush_mutex_);
    flushed_.wait_for(lock, flush_wait_max, [&] { return flushes_ >= number; });
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    report_lost(message);
    write_line(message);
  }
  void flush_() override {
    const std::lock_guard lock(flush_mutex_);
    ++flushes_;
    flushed_.notify_all();
  }

 private:
  void write_line(const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    const int target = file_ ? file_.get() : STDERR_FILENO;
    for (std::size_t done = 0; done < line.size();) {
      const auto put = ::write(target, line.data() + done, line.size() - done);
      if (put >= 0) {
        done += static_cast<std::size_t>(put);
      } else if (errno == EAGAIN) {
        pollfd writable{target, POLLOUT, 0};
        ::poll(&writable, 1, -1);
      } else if (errno != EINTR) {
        return;  // nobody to tell
      }
    }
  }

  void report_lost(const spdlog::details::log_msg& next) {
    const std::size_t lost = pool_->overrun_counter();
    if (lost == lost_) return;
    const auto text = fmt::format("[log_sink] {} lines were lost, the log's reader is too slow",
                                  lost - std::exchange(lost_, lost));
    spdlog::details::log_msg report(next);
    report.level = spdlog::level::warn;
    const auto json = fmt::format(R"("component":"log_sink","message":"{}")", text.substr(11));
    report.payload = is_json ? json : text;
    write_line(report);
  }

 public:
  bool is_json = false;

 private:
  OwnedDescriptor file_;
  spdlog::details::thread_pool* pool_ = nullptr;
  std::size_t lost_ = 0;
  std::mutex flush_mutex_;
  std::condition_variable flushed_;
  std::uint64_t flushes_ = 0;
};

}  // namespace

struct ProcessLog::Impl {
  LogSettings::Form form;
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<DescriptorSink> sink;
  std::shared_ptr<spdlog::async_logger> logger;
  std::mutex flush_mutex;
  std::uint64_t flushes = 0;
};

Result<std::unique_ptr<ProcessLog>> ProcessLog::open(const LogSettings& settings) {
  OwnedDescriptor file;
  if (!settings.file.empty()) {
    const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
    file = OwnedDescriptor(::open(settings.file.c_str(), flags, 0644));
    if (!file) return system_failure(errno, "cannot open the log " + settings.file);
  }
  auto impl = std::make_unique<Impl>();
  const bool json = settings.form == LogSettings::Form::json;
  impl->form = settings.form;
  impl->pool = std::make_shared<spdlog::details::thread_pool>(queue_lines, 1);
  impl->sink = std::make_shared<DescriptorSink>(std::move(file));
  impl->sink->is_json = json;
  impl->sink->watch(*impl->pool);
  impl->sink->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      json ? json_pattern : text_pattern, spdlog::pattern_time_type::utc));
  impl->logger = std::make_shared<spdlog::async_logger>(
      "weir", impl->sink, impl->pool, spdlog::async_overflow_policy::overrun_oldest);
  impl->logger->set_level(to_spdlog(settings.level));
  return std::unique_ptr<ProcessLog>(new ProcessLog(std::move(impl)));
}

ProcessLog::ProcessLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ProcessLog::~ProcessLog() = default;  // the pool's thread empties the queue first

bool ProcessLog::enabled(env::Level level) const {
  return impl_->logger->should_log(to_spdlog(level));
}

void ProcessLog::write(env::Level level, std::string_view component, std::string_view message) {
  if (!enabled(level)) return;
  const auto line = impl_->form == LogSettings::Form::json
                        ? fmt::format(R"("component":"{}","message":"{}")", escape_json(component),
                                      escape_json(message))
                        : fmt::format("[{}] {}", escape_text(component), escape_text(message));
  impl_->logger->log(to_spdlog(level), spdlog::string_view_t(line));
}

void ProcessLog::set_level(env::Level level) { impl_->logger->set_level(to_spdlog(level)); }

void ProcessLog::flush() {
  const std::lock_guard lock(impl_->flush_mutex);
  impl_->logger->flush();
  impl_->sink->wait_for_flush(++impl_->flushes);
}

}  // namespace weir::runtime
