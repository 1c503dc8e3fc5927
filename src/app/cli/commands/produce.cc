// weir produce.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "app/cli/commands/changes.h"
#include "app/cli/commands/commands.h"
#include "app/cli/delivery_report.h"
#include "app/cli/record_input.h"
#include "app/cli/text/units.h"
#include "base/offload.h"
#include "client/producer/producer.h"

namespace weir::app {
namespace {

constexpr std::size_t piece_size = 256 << 10;
constexpr std::chrono::milliseconds progress_period{200};

// Files one after the other, or standard input; read on a helper thread.
class InputFiles {
 public:
  explicit InputFiles(std::vector<std::string> names) : names_(std::move(names)) {
    if (names_.empty()) names_ = {"-"};
    for (const std::string& name : names_) {
      struct stat status{};
      const bool is_file =
          name != "-" && ::stat(name.c_str(), &status) == 0 && S_ISREG(status.st_mode);
      if (!is_file) size_known_ = false;
      size_ += is_file ? static_cast<std::uint64_t>(status.st_size) : 0;
    }
  }
  ~InputFiles() { close(); }
  InputFiles(const InputFiles&) = delete;
  InputFiles& operator=(const InputFiles&) = delete;

  // Opens the next one. False: there is none.
  Result<bool> open_next() {
    close();
    if (at_ == names_.size()) return false;
    current_ = names_[at_++];
    if (current_ == "-") {
      current_ = "standard input";
      descriptor_ = STDIN_FILENO;
      return true;
    }
    descriptor_ = ::open(current_.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) {
      return fail(Errc::io, fmt::format("cannot open {}: {}", current_, std::strerror(errno)));
    }
    return true;
  }
  const std::string& name() const { return current_; }
  std::optional<double> share_read() const {
    if (!size_known_ || size_ == 0) return std::nullopt;
    return std::min(1.0, static_cast<double>(read_) / static_cast<double>(size_));
  }

  // Empty at the end of the file.
  Task<Result<std::string>> read(env::Env& env) {
    auto reading =
        offload(env.executor, [descriptor = descriptor_] { return read_some(descriptor); });
    auto piece = co_await std::move(reading);
    if (!piece)
      co_return fail(Errc::io, fmt::format("cannot read {}: {}", current_, piece.error().what));
    read_ += piece->size();
    co_return piece;
  }

 private:
  static Result<std::string> read_some(int descriptor) {
    std::string piece(piece_size, '\0');
    ssize_t got = 0;
    do {
      got = ::read(descriptor, piece.data(), piece.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) return fail(Errc::io, std::strerror(errno));
    piece.resize(static_cast<std::size_t>(got));
    return piece;
  }
  void close() {
    if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
    descriptor_ = -1;
  }

  std::vector<std::string> names_;
  std::size_t at_ = 0;
  std::string current_;
  int descriptor_ = -1;
  bool size_known_ = true;
  std::uint64_t size_ = 0, read_ = 0;
};

wire::Blob blob_of(const std::optional<std::string>& bytes) {
  return bytes ? wire::Blob(as_bytes(*bytes)) : wire::Blob::null();
}

class Produce final : public ClientCommand {
 public:
  std::string_view name() const override { return "produce"; }
  std::string_view summary() const override { return "Writes records to a topic"; }
  std::string_view details() const override {
    return "Each line of the input is the value of a record; -f says what else stands in it:\n"
           "%t topic, %p partition, %k key, %v value, %K and %S their lengths (-1: null), %h "
           "headers,\n"
           "%T milliseconds, %d ISO time, %%; \\n \\t \\r \\0 \\xHH. --format json reads one "
           "object a line,\n"
           "as `weir consume --format json` writes it.";
  }

 private:
  void describe_own(Options& options) override {
    options.argument("TOPIC", topic_, "the topic").completes = Completes::topics;
    options.argument("FILE", files_, "files to read; standard input if absent", false).completes =
        Completes::files;
    options.option("-f", "FORMAT", format_text_, "what a line of input holds (%v)");
    options.option("-k,--key", "KEY", key_, "key of every record");
    options.option("-H,--header", "NAME:VALUE", headers_,
                   "a header of every record; may be repeated");
    options.option("-p,--partition", "N", partition_, "partition of every record");
    options.option("-z,--compression", "CODEC", codec_, "none, gzip, snappy, lz4 or zstd")
        .completes = Completes::codecs;
    options.option("--acks", "ACKS", acks_, "all (default), 1 or 0");
    options.option("--rate", "N", rate_, "records per second, at most");
    options.flag("-Z,--tombstone", tombstones_, "an empty value is null");
    options.flag("--whole", whole_, "each file is one record");
    options.flag("-q,--quiet", quiet_, "no progress and no summary");
  }

  Result<> check() override {
    if (format_text_ && whole_) return fail(Errc::invalid, "either -f or --whole");
    if (partition_ && (*partition_ < 0 || *partition_ > INT32_MAX)) {
      return fail(Errc::invalid, fmt::format("--partition {}: no such partition", *partition_));
    }
    if (rate_ && *rate_ < 1) return fail(Errc::invalid, "--rate: at least 1 is expected");
    if (whole_) form_ = WholeInput{};
    if (!whole_) {
      TRY_ASSIGN(auto format, RecordFormat::parse(format_text_.value_or("%v")));
      form_ = std::move(format);
    }
    for (const std::string& header : headers_) {
      const std::size_t colon = header.find(':');
      if (colon == header.npos) {
        return fail(Errc::invalid, fmt::format("-H {}: name:value is expected", header));
      }
    }
    return {};
  }
  Result<> adjust(ClientSettings& settings) override {
    if (codec_) TRY(client::set_property(settings.config, "compression.type", *codec_));
    if (acks_) TRY(client::set_property(settings.config, "acks", *acks_));
    auto& block_max = settings.config.producer.block_max;
    block_max = std::min(block_max,
                         std::chrono::duration_cast<std::chrono::milliseconds>(settings.timeout));
    if (settings.format == Format::json && !format_text_ && !whole_) form_ = JsonLines{};
    return {};
  }

  Task<Exit> run(Session& session) override {
    client::Producer producer(session.cluster, session.settings.config.producer);
    DeliveryReport report(session.env.clock.now());
    InputFiles files(files_);
    show_progress_ = !quiet_ && !files_.empty() && ::isatty(STDERR_FILENO) == 1;
    auto feeding = feed(session, producer, files, report);
    const Result<> fed = co_await std::move(feeding);
    auto flushing = flush(session, producer, files, report);
    co_await std::move(flushing);
    auto closing = producer.close(session.env.clock.now());
    co_await std::move(closing);
    co_return conclude(session, fed, report);
  }

  Task<Result<>> feed(Session& session, client::Producer& producer, InputFiles& files,
                      DeliveryReport& report) {
    while (!must_stop(session, report)) {
      CO_TRY_ASSIGN(const bool is_there, files.open_next());
      if (!is_there) break;
      RecordInput input(form_, files.name());
      for (bool more = true; more && !must_stop(session, report);) {
        auto reading = files.read(session.env);
        CO_TRY_ASSIGN(const std::string piece, co_await std::move(reading));
        more = !piece.empty();
        more ? input.add(piece) : input.end();
        auto handing = hand_over(session, producer, input, files, report);
        CO_TRY(co_await std::move(handing));
      }
    }
    co_return Result<>{};
  }

  // What is refused for good, or Ctrl-C: nothing further is read.
  static bool must_stop(const Session& session, const DeliveryReport& report) {
    return session.interrupted() || report.failed() > 0;
  }

  Task<Result<>> hand_over(Session& session, client::Producer& producer, RecordInput& input,
                           InputFiles& files, DeliveryReport& report) {
    while (!must_stop(session, report)) {
      CO_TRY_ASSIGN(auto read, input.next());
      if (!read) break;
      if (rate_) {
        auto waiting = keep_rate(session, report);
        co_await std::move(waiting);
      }
      auto sending = send(session, producer, *read, report);
      co_await std::move(sending);
      tell_progress(session, files, report);
    }
    co_return Result<>{};
  }

  Task<> keep_rate(Session& session, const DeliveryReport& report) {
    if (report.taken() == 0) first_sent_ = session.env.clock.now();
    const auto due = first_sent_ + std::chrono::nanoseconds(1'000'000'000) / *rate_ *
                                       static_cast<std::int64_t>(report.taken());
    while (session.env.clock.now() < due && !session.interrupted()) {
      co_await session.interruption().wait_until(session.env.timers, due);
    }
  }

  Task<> send(Session& session, client::Producer& producer, RecordText& read,
              DeliveryReport& report) {
    if (key_ && !read.key) read.key = *key_;
    if (tombstones_ && read.value && read.value->empty()) read.value.reset();
    std::vector<wire::RecordHeader> headers;
    for (const std::string& header : headers_) {
      const std::size_t colon = header.find(':');
      const std::string_view text(header);
      headers.push_back({text.substr(0, colon), wire::Blob(as_bytes(text.substr(colon + 1)))});
    }
    for (const auto& [header, value] : read.headers) {
      headers.push_back({header, blob_of(value)});
    }
    client::ProducerRecord record;
    record.topic = read.topic ? std::string_view(*read.topic) : std::string_view(topic_);
    record.partition = read.partition;
    if (partition_) record.partition = static_cast<PartitionIndex>(*partition_);
    if (read.timestamp) record.timestamp = *read.timestamp;
    record.key = blob_of(read.key);
    record.value = blob_of(read.value);
    record.headers = headers;
    report.taken((read.key ? read.key->size() : 0) + (read.value ? read.value->size() : 0));
    const env::Instant sent = session.env.clock.now();
    client::OnDelivery done = [&session, &report, sent](const client::Delivery& delivery) {
      report.ended(delivery, sent, session.env.clock.now());
    };
    if (producer.try_post(record, done)) co_return;
    auto posting = producer.post(record, std::move(done));
    co_await std::move(posting);
  }

  // Until everything has ended, Ctrl-C, or nothing has ended for as long as --timeout says.
  Task<> flush(Session& session, client::Producer& producer, InputFiles& files,
               DeliveryReport& report) {
    std::uint64_t seen = report.ended_count();
    env::Instant moved = session.env.clock.now();
    while (report.ended_count() < report.taken()) {
      auto flushing = producer.flush(session.env.clock.now() + progress_period);
      co_await std::move(flushing);
      tell_progress(session, files, report);
      const env::Instant now = session.env.clock.now();
      if (report.ended_count() != seen) {
        seen = report.ended_count();
        moved = now;
      }
      if (now - moved >= session.settings.timeout) break;
    }
    if (show_progress_) std::fputs("\r\033[K", stderr);
  }

  void tell_progress(Session& session, const InputFiles& files, const DeliveryReport& report) {
    const env::Instant now = session.env.clock.now();
    if (!show_progress_ || now < next_progress_) return;
    next_progress_ = now + progress_period;
    const std::string line = "\r\033[K" + report.progress(now, files.share_read());
    std::fwrite(line.data(), 1, line.size(), stderr);
  }

  Exit conclude(Session& session, const Result<>& fed, const DeliveryReport& report) const {
    if (!quiet_) {
      const std::string line = report.summary(session.env.clock.now()) + "\n";
      std::fwrite(line.data(), 1, line.size(), stderr);
    }
    if (report.first_failure()) {
      const Exit exit = session.complain("", *report.first_failure());
      return report.delivered() > 0 ? Exit::partial : exit;
    }
    if (!fed)
      return session.complain(fed.error().what,
                              report.delivered() > 0 ? Exit::partial : Exit::failed);
    return session.interrupted() ? Exit::interrupted : Exit::done;
  }

  std::string topic_;
  std::vector<std::string> files_, headers_;
  std::optional<std::string> format_text_, key_, codec_, acks_;
  std::optional<std::int64_t> partition_, rate_;
  bool tombstones_ = false, whole_ = false, quiet_ = false;
  InputForm form_ = WholeInput{};
  bool show_progress_ = false;
  env::Instant next_progress_{}, first_sent_{};
};

}  // namespace

void add_produce_commands(Commands& commands) { commands.push_back(std::make_unique<Produce>()); }

}  // namespace weir::app
