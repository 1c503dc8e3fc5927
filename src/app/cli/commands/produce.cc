// weir produce.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "app/cli/commands/changes.h"
#include "app/cli/commands/commands.h"
#include "app/cli/delivery_report.h"
#include "app/cli/input_files.h"
#include "app/cli/record_input.h"
#include "app/cli/record_sending.h"
#include "app/cli/text/base64.h"
#include "app/cli/text/units.h"
#include "client/producer/producer.h"

namespace weir::app {
namespace {

constexpr std::chrono::milliseconds progress_period{200};

// Of a record in the input, and how much of it it was made of.
struct Place {
  std::size_t file, line, size;
};

class Produce final : public ClientCommand {
 public:
  std::string_view name() const override { return "produce"; }
  std::string_view summary() const override { return "Writes records to a topic"; }
  std::string_view details() const override {
    return "Each line of the input is the value of a record; -f says what else stands in it:\n"
           "%t topic, %p partition, %k key, %v or %s value, %K and %S the lengths of key and\n"
           "value (-1: null), %h headers, %T milliseconds, %d ISO time, %o an offset, which is\n"
           "passed over, %% a percent sign; \\n \\t \\r \\0 \\\\ \\xHH. --format json reads one\n"
           "object a line, as `weir consume --format json` writes it; its topic counts if TOPIC\n"
           "is -, its key and partition unless -k and -p name others.";
  }

 private:
  void describe_own(Options& options) override {
    options.argument("TOPIC", topic_, "the topic; -: each record names its own").completes =
        Completes::topics;
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
    if (topic_ == "-" && whole_) {
      return fail(Errc::invalid, "--whole: name the TOPIC; a whole file names none");
    }
    TRY(check_number("--partition", partition_, 0, INT32_MAX));
    TRY(check_number("--rate", rate_, 1));
    if (whole_) form_ = WholeInput{};
    if (!whole_) {
      TRY_ASSIGN(auto format, RecordFormat::parse(format_text_.value_or("%v")));
      TRY(check_format(format));
      form_ = std::move(format);
    }
    for (const std::string& header : headers_) {
      const std::size_t colon = header.find(':');
      if (colon == header.npos) {
        return fail(Errc::invalid, fmt::format("-H {}: name:value is expected", header));
      }
      if (!is_utf8(std::string_view(header).substr(0, colon))) {
        return fail(Errc::invalid, "-H: names of headers are UTF-8");
      }
    }
    return {};
  }
  // Before anything is connected: can records be read so, and who says what of them?
  Result<> check_format(const RecordFormat& format) const {
    using Field = RecordFormat::Field;
    TRY(format.check_input());
    if (partition_ && format.has(Field::partition)) {
      return fail(Errc::invalid, "either --partition or %p in -f");
    }
    if (key_ && format.has(Field::key)) return fail(Errc::invalid, "either --key or %k in -f");
    if (topic_ == "-" && format_text_ && !format.has(Field::topic)) {
      return fail(Errc::invalid, fmt::format("-f '{}' has no %t, and TOPIC is -: nothing names a "
                                             "topic",
                                             *format_text_));
    }
    return {};
  }
  Result<> adjust(ClientSettings& settings) override {
    if (codec_) TRY(client::set_property(settings.config, "compression.type", *codec_));
    if (acks_) TRY(client::set_property(settings.config, "acks", *acks_));
    auto& block_max = settings.config.producer.block_max;
    block_max = std::min(block_max,
                         std::chrono::duration_cast<std::chrono::milliseconds>(settings.timeout));
    if (settings.format == Format::csv || settings.format == Format::wide) {
      return fail(Errc::invalid, "--format: text or json is expected for records");
    }
    if (settings.format == Format::text) {
      if (topic_ != "-" || format_text_) return {};
      return fail(Errc::invalid, "TOPIC is -: records name theirs by %t in -f, or in JSON");
    }
    if (format_text_) return fail(Errc::invalid, "either -f or --format json");
    if (whole_) return fail(Errc::invalid, "either --whole or --format json");
    form_ = JsonLines{};
    return {};
  }

  Task<Exit> run_in(Session& session) override {
    auto looking = look_for_its_topic(session);
    if (const Exit missing = co_await std::move(looking); missing != Exit::done) co_return missing;
    client::Producer producer(session.cluster, session.settings.config.producer);
    DeliveryReport report(session.env.clock);
    InputFiles files(files_);
    show_progress_ = !quiet_ && !files_.empty() && ::isatty(STDERR_FILENO) == 1;
    DeliveryGuard guard(session, producer, [&report] { return report.pending(); }, !quiet_);
    guard_ = &guard;
    auto feeding = feed(session, producer, files, report);
    const Result<> fed = co_await std::move(feeding);
    auto flushing = flush(session, producer, files, report);
    co_await std::move(flushing);
    auto closing = guard.close();
    co_await std::move(closing);
    guard_ = nullptr;
    co_return conclude(session, fed, files, report);
  }

  Task<Exit> look_for_its_topic(Session& session) {
    if (topic_ == "-") co_return Exit::done;  // records name theirs
    PartitionWord word{topic_, {}};
    if (partition_) word.partitions.push_back(static_cast<PartitionIndex>(*partition_));
    auto looking = look_for_topic(session, std::move(word));
    co_return co_await std::move(looking);
  }

  Task<Result<>> feed(Session& session, client::Producer& producer, InputFiles& files,
                      DeliveryReport& report) {
    while (!must_stop(session, report)) {
      CO_TRY_ASSIGN(const bool is_there, files.open_next());
      if (!is_there) break;
      RecordInput input(form_, files.name());
      for (bool more = true; more && !must_stop(session, report);) {
        auto reading = files.read(session);
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
        if (must_stop(session, report)) break;
      }
      const Place place{files.number(), input.line(), input.size()};
      if (auto bad = what_is_wrong(*read)) {
        co_return fail(Errc::invalid, fmt::format("{}:{}: {}", files.name(), place.line, *bad));
      }
      auto sending = send(session, producer, *read, place, report);
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

  // What an envelope says of its topic counts only where the command line leaves it to that, so
  // that copies go elsewhere; %t that names another one is a mistake.
  std::string_view topic_of(const RecordText& read) const {
    return topic_ == "-" && read.topic ? std::string_view(*read.topic) : std::string_view(topic_);
  }
  std::optional<std::string> what_is_wrong(const RecordText& read) const {
    const bool names_it = read.topic && !read.topic->empty();
    if (topic_ == "-" && !names_it) return "the record names no topic";
    const bool is_copy = std::holds_alternative<JsonLines>(form_);
    if (topic_ != "-" && !is_copy && read.topic && *read.topic != topic_) {
      return fmt::format(
          "%t is '{}', and TOPIC is '{}'; with - for TOPIC each record names its own", *read.topic,
          topic_);
    }
    for (const auto& [header, value] : read.headers) {
      if (!is_utf8(header)) return "the name of a header is not UTF-8";
    }
    return std::nullopt;
  }

  Task<> send(Session& session, client::Producer& producer, RecordText& read, Place place,
              DeliveryReport& report) {
    if (key_) read.key = *key_;
    if (tombstones_ && read.value && read.value->empty()) read.value.reset();
    if (partition_) read.partition = static_cast<PartitionIndex>(*partition_);
    for (std::size_t i = 0; i < headers_.size(); ++i) {
      const std::size_t colon = headers_[i].find(':');
      read.headers.emplace(read.headers.begin() + static_cast<std::ptrdiff_t>(i),
                           headers_[i].substr(0, colon), headers_[i].substr(colon + 1));
    }
    const std::uint64_t bytes =
        (read.key ? read.key->size() : 0) + (read.value ? read.value->size() : 0);
    report.take();
    const env::Instant sent = session.env.clock.now();
    client::OnDelivery done = [this, &report, sent, bytes,
                               place](const client::Delivery& delivery) {
      const bool is_cut_off = guard_ && guard_->has_cut();
      if (!delivery && !refused_ && !is_cut_off) refused_ = place;
      report.ended(delivery, bytes, sent, place.size);
    };
    auto sending = send_record(producer, topic_of(read), read, std::move(done));
    co_await std::move(sending);
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
      if (now - moved >= session.settings.timeout) {
        gave_up_ = true;
        break;
      }
    }
    next_progress_ = {};
    tell_progress(session, files, report);
    if (show_progress_) std::fputs("\n", stderr);
  }

  void tell_progress(Session& session, const InputFiles& files, const DeliveryReport& report) {
    const env::Instant now = session.env.clock.now();
    if (!show_progress_ || now < next_progress_) return;
    next_progress_ = now + progress_period;
    const std::string line = "\r\033[K" + report.progress(files.share_of(report.input_delivered()));
    std::fwrite(line.data(), 1, line.size(), stderr);
  }

  Exit conclude(Session& session, const Result<>& fed, const InputFiles& files,
                const DeliveryReport& report) const {
    if (!quiet_) {
      const std::string line = report.summary() + "\n";
      std::fwrite(line.data(), 1, line.size(), stderr);
    }
    if (refused_) {
      const std::string where = fmt::format("{}:{}", files.name(refused_->file), refused_->line);
      client::Failure why = *report.first_failure();
      if (gave_up_ && why.cause.code == Errc::closed) {
        why = Error{Errc::timed_out, fmt::format("not acknowledged within --timeout ({})",
                                                 format_duration(session.settings.timeout))};
      }
      const Exit exit = session.complain(where, why);
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
  std::optional<Place> refused_;  // the first record that was not delivered, and not cut off
  const DeliveryGuard* guard_ = nullptr;
  bool show_progress_ = false;
  bool gave_up_ = false;  // nothing more was acknowledged for as long as --timeout says
  env::Instant next_progress_{}, first_sent_{};
};

}  // namespace

void add_produce_commands(Commands& commands) { commands.push_back(std::make_unique<Produce>()); }

}  // namespace weir::app
