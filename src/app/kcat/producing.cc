// -P: messages from standard input, from the lines of a file, or of whole files.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "app/cli/record_sending.h"
#include "app/kcat/error_words.h"
#include "app/kcat/message_splitter.h"
#include "app/kcat/mode_run.h"
#include "client/producer/producer.h"
#include "runtime/owned_descriptor.h"

namespace weir::app::kcat {
namespace {

constexpr std::size_t input_piece = 256 << 10;
constexpr std::size_t message_overhead = 36;  // as librdkafka counts a message's size

// Bytes of a length as the zigzag varint that it is.
std::size_t length_size(std::size_t length) {
  std::size_t size = 1;
  for (std::size_t rest = length << 1; rest >= 0x80; rest >>= 7) ++size;
  return size;
}

std::size_t size_with_overhead(const RecordText& message) {
  std::size_t size = message_overhead + (message.value ? message.value->size() : 0) +
                     (message.key ? message.key->size() : 0);
  for (const auto& [name, value] : message.headers) {
    const std::size_t value_size = value ? value->size() : 0;
    size += length_size(name.size()) + name.size() + length_size(value_size) + value_size;
  }
  return size;
}

class Producing {
 public:
  explicit Producing(ModeRun& run)
      : run_(run),
        line_(run.line),
        producer_(run.session.cluster, run.session.settings.config.producer) {
    blank_.headers = line_.headers;
    blank_.key = line_.fixed_key;
    if (line_.partition >= 0) blank_.partition = line_.partition;
  }

  Task<Run<>> play() {
    run_.notices().info(3, fmt::format("Setting producer input buffer max size to "
                                       "message.max.bytes value {}",
                                       line_.properties.message_bytes_max));
    auto sending = send_all();
    Run<> ran = co_await std::move(sending);
    while (ran && ended_ < taken_) {
      auto flushing = producer_.flush(run_.now() + std::chrono::seconds(1));
      co_await std::move(flushing);
    }
    auto closing = producer_.close(run_.now());
    co_await std::move(closing);
    if (ran && (any_failed_ || no_file_sent_)) ran = std::unexpected(Ended{1});
    co_return ran;
  }

 private:
  std::unexpected<Ended> fatal(std::string_view text) const { return run_.notices().fatal(text); }

  Task<Run<>> send_all() {
    if (line_.operands.empty()) {
      auto sending = send_lines(STDIN_FILENO);
      co_return co_await std::move(sending);
    }
    if (!line_.reads_lines) {
      auto sending = send_files();
      co_return co_await std::move(sending);
    }
    const std::string& name = line_.operands.front();
    const runtime::OwnedDescriptor file(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) {
      co_return fatal(fmt::format("Cannot open {}: {}", name, std::strerror(errno)));
    }
    auto sending = send_lines(file.get());
    co_return co_await std::move(sending);
  }

  // --- lines ---
  Task<Run<>> send_lines(int descriptor) {
    MessageSplitter splitter(line_.delimiter, line_.properties.message_bytes_max);
    for (bool more = true; more && !is_counted() && !run_.session.interrupted();) {
      auto reading = run_.session.read_from(descriptor, input_piece);
      const auto piece = co_await std::move(reading);
      if (!piece) co_return fatal(fmt::format("Unable to read message: {}", piece.error().what));
      more = !piece->empty();
      if (run_.session.interrupted()) break;
      more ? splitter.add(*piece) : splitter.end();
      while (const auto text = is_counted() ? std::nullopt : splitter.next()) {
        auto sending = send_line(*text);
        CO_TRY(co_await std::move(sending));
      }
      if (splitter.is_too_long()) {
        co_return fatal(fmt::format("Input is too large, maximum size is {}", splitter.size_max()));
      }
    }
    co_return Run<>();
  }

  Task<Run<>> send_line(std::string_view text) {
    KeyAndValue split{std::nullopt, text};
    if (line_.key_delimiter) split = split_key(text, *line_.key_delimiter, line_.empty_is_null);
    RecordText message = blank_;
    if (split.key) message.key = *split.key;
    if (split.value) message.value = *split.value;
    auto sending = send(message);
    CO_TRY(co_await std::move(sending));
    if (line_.tees) {
      auto writing = run_.session.write(std::string(text));
      if (const auto written = co_await std::move(writing); !written) {
        co_return fatal(fmt::format("Tee write error for message of {} bytes: {}", text.size(),
                                    written.error().what));
      }
    }
    co_return Run<>();
  }

  bool is_counted() const {
    return line_.count > 0 && taken_ >= static_cast<std::uint64_t>(line_.count);
  }

  // --- files ---
  Task<Run<>> send_files() {
    std::size_t good = 0;
    const std::size_t all = line_.operands.size();
    for (const std::string& path : line_.operands) {
      auto sending = send_file(path);
      CO_TRY_ASSIGN(const bool is_good, co_await std::move(sending));
      good += is_good ? 1 : 0;
    }
    no_file_sent_ = good == 0;
    if (good > 0 && good < all) {
      run_.notices().info(1, fmt::format("Failed to produce from {}/{} files", all - good, all));
    }
    co_return Run<>();
  }

  // False: it cannot be read, which was said.
  Task<Run<bool>> send_file(const std::string& path) {
    const auto bad = [&](std::string_view what) {
      run_.notices().info(1, fmt::format("Failed to {} {}: {}", what, path, std::strerror(errno)));
      return false;
    };
    const runtime::OwnedDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) co_return bad("open");
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) co_return bad("stat");
    if (status.st_size == 0) {
      run_.notices().info(3, fmt::format("Skipping empty file {}", path));
      co_return true;
    }
    if (!S_ISREG(status.st_mode)) {
      errno = ENODEV;
      co_return bad("mmap");
    }
    run_.notices().info(4, fmt::format("Producing file {} ({} bytes)", path, status.st_size));
    RecordText message = blank_;
    message.value.emplace();
    // A longer one is refused before it is read.
    const auto size = static_cast<std::size_t>(status.st_size);
    while (size <= line_.properties.message_bytes_max) {
      auto reading = run_.session.read_from(file.get(), input_piece);
      const auto piece = co_await std::move(reading);
      if (!piece) {
        co_return fatal(fmt::format("Failed to read {}: {}", path, piece.error().what));
      }
      if (piece->empty()) break;
      *message.value += *piece;
    }
    if (message.value->empty()) co_return too_large(size);
    auto sending = send(message);
    CO_TRY(co_await std::move(sending));
    co_return true;
  }

  // --- one message ---
  std::unexpected<Ended> too_large(std::size_t size) const {
    return fatal(fmt::format("Failed to produce message ({} bytes): {}", size,
                             words_of(wire::ErrorCode::message_too_large)));
  }

  Task<Run<>> send(const RecordText& message) {
    if (size_with_overhead(message) > line_.properties.message_bytes_max) {
      co_return too_large(message.value ? message.value->size() : 0);
    }
    auto looking = look_up_topic();
    CO_TRY(co_await std::move(looking));
    ++taken_;
    if (!refusal_.empty()) {
      note_failure(refusal_);
      co_return Run<>();
    }
    auto sending = send_record(producer_, *line_.topic, message,
                               [this](const client::Delivery& delivery) { note(delivery); });
    co_await std::move(sending);
    co_return Run<>();
  }

  // Once, with the first message. A topic that cannot be had, and a partition that it does not
  // have, fail every message.
  Task<Run<>> look_up_topic() {
    if (std::exchange(has_looked_, true)) co_return Run<>();
    auto reaching = reach_brokers(run_);
    CO_TRY(co_await std::move(reaching));
    const std::vector<std::string> names{*line_.topic};
    run_.session.cluster.want(names, client::Cluster::IfMissing::create);
    auto asking =
        run_.session.cluster.topic(*line_.topic, run_.now() + line_.properties.topic_wait);
    const auto topic = co_await std::move(asking);
    if (!topic) {
      const bool is_unknown = topic.error().answer == wire::ErrorCode::unknown_topic_or_partition;
      refusal_ = is_unknown ? "Local: Unknown topic" : words_of(topic.error());
    } else if (line_.partition >= static_cast<std::int64_t>(topic->partitions.size())) {
      refusal_ = unknown_partition;
    }
    co_return Run<>();
  }

  void note_failure(std::string_view words) {
    ++ended_;
    any_failed_ = true;
    run_.notices().info(1, fmt::format("Delivery failed for message: {}", words));
  }

  void note(const client::Delivery& delivery) {
    if (!delivery) {
      const client::Failure& why = delivery.error().why;
      const bool is_late = !why.is_answer() && why.cause.code == Errc::timed_out;
      note_failure(is_late ? "Local: Message timed out" : words_of(why));
      return;
    }
    ++ended_;
    const auto view = run_.session.cluster.view();
    const client::PartitionInfo* const known = view->find({*line_.topic, delivery->partition});
    run_.notices().info(
        3, fmt::format("Message delivered to partition {} (offset {}) on broker {}",
                       delivery->partition, delivery->offset, known ? known->leader : no_broker));
    if (delivery->offset == 0 && !std::exchange(has_advised_, true)) {
      run_.notices().info(
          3, "Enable message offset reporting with '-X topic.produce.offset.report=true'");
    }
  }

  ModeRun& run_;
  const CommandLine& line_;
  client::Producer producer_;
  RecordText blank_;  // what every message has
  bool has_looked_ = false, has_advised_ = false, any_failed_ = false, no_file_sent_ = false;
  std::string refusal_;  // of every message; empty: none
  std::uint64_t taken_ = 0, ended_ = 0;
};

}  // namespace

Task<Run<>> produce_messages(ModeRun& run) {
  Producing producing(run);
  auto playing = producing.play();
  co_return co_await std::move(playing);
}

}  // namespace weir::app::kcat
