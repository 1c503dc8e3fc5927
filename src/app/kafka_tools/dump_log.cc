#include "app/kafka_tools/dump_log.h"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <filesystem>

#include "app/cli/standard_output.h"
#include "app/kafka_tools/all_tools.h"
#include "app/kafka_tools/dump_log_run.h"
#include "app/kafka_tools/java_text.h"
#include "runtime/posix_disk.h"

namespace weir::app::kafka {
namespace {

constexpr std::string_view tool_about = "Shows what segments, indexes and snapshots hold.";

ArgumentParser options() {
  ArgumentParser parser;
  parser.flag("cluster-metadata-decoder", "Records are those of the metadata log");
  parser.flag("deep-iteration", "Show each record; so does every option that prints data");
  parser.option("files", "REQUIRED: the files, with commas between");
  parser.flag("index-sanity-check", "Only ask of indexes what a broker asks at its start");
  parser.optional("key-decoder-class",
                  "org.apache.kafka.tools.api.StringDecoder, IntegerDecoder or LongDecoder");
  parser.option("max-bytes", "Read no more of each segment").preset = "2147483647";
  parser.option("max-message-size", "The largest batch that an index is compared with").preset =
      "5242880";
  parser.flag("offsets-decoder", "Records are those of __consumer_offsets");
  parser.flag("print-data-log", "Show keys and values");
  parser.flag("remote-log-metadata-decoder", "Not supported");
  parser.flag("share-group-state-decoder", "Records are those of __share_group_state");
  parser.flag("skip-record-metadata", "Show keys and values and nothing else of records");
  parser.flag("transaction-log-decoder", "Records are those of __transaction_state");
  parser.optional("value-decoder-class", "As --key-decoder-class");
  parser.flag("verify-index-only", "Compare indexes with the log and print no entry");
  return parser;
}

Ran<PlainDecoder> decoder_of(const Arguments& given, std::string_view option) {
  TRY_ASSIGN(const auto name, given.value(option));
  if (!name || *name == "org.apache.kafka.tools.api.StringDecoder") return PlainDecoder::string;
  if (*name == "org.apache.kafka.tools.api.IntegerDecoder") return PlainDecoder::integer;
  if (*name == "org.apache.kafka.tools.api.LongDecoder") return PlainDecoder::long_integer;
  return illegal_argument(
      fmt::format("--{} {} is not supported: there is no JVM here to load a class", option, *name));
}

RecordKind records_of(const Arguments& given) {
  if (given.has("offsets-decoder")) return RecordKind::consumer_offsets;
  if (given.has("transaction-log-decoder")) return RecordKind::transactions;
  if (given.has("cluster-metadata-decoder")) return RecordKind::cluster_metadata;
  if (given.has("share-group-state-decoder")) return RecordKind::share_state;
  return RecordKind::plain;
}

Ran<DumpLogSettings> settings_of(const Arguments& given) {
  DumpLogSettings settings;
  if (given.has("remote-log-metadata-decoder")) {
    return illegal_argument("--remote-log-metadata-decoder is not supported");
  }
  TRY_ASSIGN(const auto files, given.value("files"));
  settings.files = split(files.value_or(""), ',');
  settings.records = records_of(given);
  settings.print_data = settings.records != RecordKind::plain || given.has("print-data-log") ||
                        given.has("value-decoder-class") || given.has("key-decoder-class");
  settings.deep = settings.print_data || given.has("deep-iteration");
  settings.verify_only = given.has("verify-index-only");
  settings.sanity_only = given.has("index-sanity-check");
  settings.skip_record_metadata = given.has("skip-record-metadata");
  TRY_ASSIGN(const auto message_size_max, given.small_number("max-message-size"));
  TRY_ASSIGN(const auto bytes_max, given.small_number("max-bytes"));
  settings.message_size_max = message_size_max.value_or(settings.message_size_max);
  settings.bytes_max = bytes_max.value_or(settings.bytes_max);
  TRY_ASSIGN(settings.key_decoder, decoder_of(given, "key-decoder-class"));
  TRY_ASSIGN(settings.value_decoder, decoder_of(given, "value-decoder-class"));
  if (settings.message_size_max < 0 || settings.bytes_max < 0) {
    return illegal_argument("a size is not below 0");
  }
  return settings;
}

Result<> dump_file(DumpLogRun& run, const std::string& path) {
  run.print(fmt::format("Dumping {}\n", path));
  const std::string name = split_path(path).name;
  const std::size_t dot = name.rfind('.');
  if (dot == name.npos) return fail(Errc::invalid, fmt::format("{} has no suffix", path));
  const std::string_view suffix = std::string_view(name).substr(dot);
  if (suffix == ".log" || suffix == ".checkpoint") return dump_segment(run, path);
  if (suffix == ".index") return dump_offset_index(run, path);
  if (suffix == ".timeindex") return dump_time_index(run, path);
  if (suffix == ".snapshot") return dump_producer_snapshot(run, path);
  if (suffix == ".txnindex") return dump_transaction_index(run, path);
  run.complain(fmt::format("Ignoring unknown file {}\n", path));
  return {};
}

void say_findings(const DumpLogRun& run) {
  for (const auto& [path, pairs] : run.index_mismatches) {
    run.complain(fmt::format("Mismatches in :{}\n", path));
    for (const auto& [index, log] : pairs) {
      run.complain(fmt::format("  Index offset: {}, log offset: {}\n", index, log));
    }
  }
  for (const auto& [path, pairs] : run.time_mismatches) {
    run.complain(fmt::format("Found timestamp mismatch in :{}\n", path));
    for (const auto& [index, log] : pairs) {
      run.complain(fmt::format("  Index timestamp: {}, log timestamp: {}\n", index, log));
    }
  }
  for (const auto& [path, pairs] : run.time_disorder) {
    run.complain(fmt::format("Found out of order timestamp in :{}\n", path));
    for (const auto& [index, previous] : pairs) {
      run.complain(fmt::format("  Index timestamp: {}, Previously indexed timestamp: {}\n", index,
                               previous));
    }
  }
  for (const auto& [path, pairs] : run.offsets_not_found) {
    run.complain(fmt::format("The following indexed offsets are not found in :{}\n", path));
    for (const auto& [index, log] : pairs) {
      run.complain(fmt::format("Indexed offset: {}, found log offset: {}\n", index, log));
    }
  }
  for (const auto& [path, pairs] : run.gaps) {
    run.complain(fmt::format("Non-consecutive offsets in {}\n", path));
    for (const auto& [before, after] : pairs) {
      run.complain(fmt::format("  {} is followed by {}\n", before, after));
    }
  }
}

}  // namespace

std::string absolute_path(const std::string& path) {
  if (path.starts_with('/')) return path;
  std::error_code error;
  return (std::filesystem::current_path(error) / path).string();
}

Result<Offset> offset_of_name(const std::string& path) {
  const std::string name = split_path(path).name;
  const std::string text = name.substr(0, name.find('.'));
  Offset offset = no_offset;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), offset);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
    return fail(Errc::invalid, fmt::format("For input string: \"{}\"", text));
  }
  return offset;
}

int dump_log(env::Disk& disk, const std::vector<std::string>& words, std::FILE* out,
             std::FILE* err) {
  const auto refuse = [&](std::string_view what) {
    fmt::print(err, "{}\n", what);
    return 1;
  };
  const ArgumentParser parser = options();
  const auto given = parser.parse(words);
  if (!given) return refuse(given.error().message);
  if (words.empty() || given->has("help")) {
    fmt::print(err, "{}\n{}", tool_about, parser.usage());
    return 1;
  }
  if (given->has("version")) {
    fmt::print(out, "{}\n", kafka_version);
    return 0;
  }
  if (const auto needed = need(*given, {"files"}); !needed) {
    return refuse(fmt::format("{}\n{}", needed.error().message, parser.usage()));
  }
  auto settings = settings_of(*given);
  if (!settings) return refuse(settings.error().message);
  DumpLogRun run{disk, *std::move(settings), out, err, {}, {}, {}, {}, {}};
  for (const std::string& path : run.settings.files) {
    const auto dumped = dump_file(run, path);
    if (dumped) continue;
    std::fflush(out);
    return refuse(dumped.error().what);
  }
  std::fflush(out);
  say_findings(run);
  return 0;
}

void DumpLogRun::print(std::string_view text) const {
  if (std::fwrite(text.data(), 1, text.size(), out) == text.size()) return;
  if (const auto what = output_complaint(errno)) {
    complain(fmt::format("kafka-dump-log: {}\n", *what));
  }
  std::_Exit(1);
}

namespace {

class DumpLog final : public Tool {
 public:
  std::string_view name() const override { return "kafka-dump-log"; }
  // A segment's records may be more than memory holds, so they do not wait in the console.
  int run(const Program& program, Console&) override {
    runtime::PosixDisk disk;
    const int code = dump_log(disk, program.arguments, stdout, stderr);
    return std::fflush(stdout) == 0 && !std::ferror(stdout) ? code : 1;
  }
};

}  // namespace

std::unique_ptr<Tool> dump_log_tool() { return std::make_unique<DumpLog>(); }

}  // namespace weir::app::kafka
