#include "app/kcat/command_line.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "app/kcat/configuration_files.h"
#include "app/kcat/delimiter.h"
#include "app/kcat/option_words.h"
#include "app/kcat/pack_format.h"

namespace weir::app::kcat {
namespace {

// Those with a colon take a value.
constexpr std::string_view option_letters =
    "PCG:LQt:p:b:z:o:eED:K:k:H:Od:qvF:X:c:Tuf:ZlVhs:r:Jm:UM:";
constexpr std::string_view lacks_avro = "This build of kcat lacks Avro/Schema-Registry support";

void print_out(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

std::int64_t leading_number(const std::string& text) {
  return std::strtoll(text.c_str(), nullptr, 10);
}

class CommandLineReader {
 public:
  CommandLineReader(const Program& program, bool input_is_terminal)
      : program_(program), input_is_terminal_(input_is_terminal) {}

  Run<CommandLine> read() {
    std::vector<std::string> words = program_.arguments;
    // Scripts for containers whose entry point is kcat name it again.
    if (!words.empty() && (words[0] == "kcat" || words[0] == "kafkacat"))
      words.erase(words.begin());
    OptionWords options(std::move(words), option_letters);
    while (const auto option = options.next()) {
      TRY(option->is_known ? take(option->letter, option->value) : misused("unknown argument"));
    }
    line_.operands = options.operands();
    TRY(files_.read_default(line_.notices, properties(), program_));
    TRY(check_mode());
    TRY(finish());
    return std::move(line_);
  }

 private:
  KcatProperties& properties() { return line_.properties; }
  std::unexpected<Ended> fatal(std::string_view text) const { return line_.notices.fatal(text); }

  static std::unexpected<Ended> misused(std::string_view why) {
    const std::string text = fmt::format("Error: {}\n\n{}", why, help_text());
    std::fwrite(text.data(), 1, text.size(), stderr);
    return std::unexpected(Ended{1});
  }

  Run<> set_property(std::string_view name, std::string_view value) {
    if (const auto set = properties().set(name, value); !set) return fatal(set.error());
    return {};
  }

  Run<> take(char letter, const std::string& value) {
    switch (letter) {
      case 'G':
        line_.mode = Mode::group;
        line_.group = value;
        return set_property("group.id", value);
      case 'P':
      case 'C':
      case 'L':
      case 'Q':
        line_.mode = static_cast<Mode>(letter);
        return {};
      case 't':
        if (line_.mode == Mode::query) return add_question(value);
        line_.topic = value;
        return {};
      case 'b':
        return set_property("metadata.broker.list", value);
      case 'z':
        return set_property("compression.codec", value);
      case 'd':
        return set_property("debug", value);
      case 'X':
        return take_property(value);
      case 'F':
        return files_.read_named(value, line_.notices, properties());
      case 'o':
        take_start(value);
        return {};
      case 's':
        return take_packs(value);
      case 'r':
        return fatal(lacks_avro);
      case 'H':
        return add_header(value);
      case 'U':
        return fatal("-U: kcat's own tests are not here");
      case 'M':
        return fatal("-M: a mock cluster is not supported");
      case 'V':
        print_out(version_text());
        return std::unexpected(Ended{0});
      case 'h':
        print_out(help_text());
        return std::unexpected(Ended{0});
      default:
        take_plain(letter, value);
        return {};
    }
  }

  void take_plain(char letter, const std::string& value) {
    switch (letter) {
      case 'p':
        line_.partition = static_cast<std::int32_t>(leading_number(value));
        break;
      case 'c':
        line_.count = leading_number(value);
        break;
      case 'm':
        line_.metadata_seconds = leading_number(value);
        break;
      case 'e':
        line_.stops_at_end = true;
        break;
      case 'E':
        line_.notices.exits_on_error = false;
        break;
      case 'f':
        format_ = value;
        break;
      case 'J':
        line_.is_json = true;
        break;
      case 'D':
        line_.delimiter = value;
        break;
      case 'K':
        line_.key_delimiter = value;
        break;
      case 'k':
        line_.fixed_key = value;
        break;
      case 'l':
        line_.reads_lines = true;
        break;
      case 'Z':
        line_.empty_is_null = true;
        break;
      case 'q':
        line_.notices.verbosity = 0;
        break;
      case 'v':
        ++line_.notices.verbosity;
        break;
      case 'T':
        line_.tees = true;
        break;
      default:  // -O, which prints nothing in kcat either; -u: nothing is held back here
        break;
    }
  }

  Run<> add_question(const std::string& text) {
    const std::size_t first = text.find(':');
    const std::size_t second = first == text.npos ? first : text.find(':', first + 1);
    const auto bad = [&] { return fatal("-t: expected \"topic:partition:offset_or_timestamp\""); };
    if (second == text.npos) return bad();
    const char* const partition = text.c_str() + first + 1;
    const char* const time = text.c_str() + second + 1;
    char* end = nullptr;
    TimeQuestion question{{text.substr(0, first), 0}, 0};
    question.of.partition = static_cast<PartitionIndex>(std::strtoul(partition, &end, 0));
    if (end == partition) return bad();
    question.time = std::strtoll(time, &end, 0);
    if (end == time) return bad();
    line_.questions.push_back(std::move(question));
    return {};
  }

  Run<> take_property(const std::string& text) {
    if (text == "list" || text == "help") {
      print_out(list_properties());
      return std::unexpected(Ended{0});
    }
    if (text == "dump") return fatal("-X dump is not supported");
    const std::size_t equals = text.find('=');
    if (equals == text.npos) {
      const std::string said = fmt::format(
          "% Expected -X property=value, not {}, use -X list to display available properties\n",
          text);
      std::fwrite(said.data(), 1, said.size(), stderr);
      return std::unexpected(Ended{1});
    }
    return set_property(text.substr(0, equals), text.substr(equals + 1));
  }

  void take_start(const std::string& text) {
    using Kind = StartAt::Kind;
    if (text == "end") {
      line_.start = {Kind::end};
    } else if (text == "beginning") {
      line_.start = {Kind::beginning};
    } else if (text == "stored") {
      line_.start = {Kind::stored};
    } else if (text.starts_with("s@")) {
      line_.start_time = leading_number(text.substr(2));
    } else if (text.starts_with("e@")) {
      line_.stop_time = leading_number(text.substr(2));
    } else {
      const std::int64_t number = leading_number(text);
      line_.start = number < 0 ? StartAt{Kind::from_end, -number} : StartAt{Kind::offset, number};
    }
  }

  Run<> take_packs(std::string_view text) {
    const bool of_key = text.starts_with("key="), of_value = text.starts_with("value=");
    if (of_key || of_value) text.remove_prefix(text.find('=') + 1);
    const auto take_pack = [&](std::string_view what, std::optional<std::string>& into) -> Run<> {
      if (text != "avro") {
        if (const auto good = check_pack_format(what, text); !good) return fatal(good.error());
      }
      into = text;
      return {};
    };
    if (!of_value) TRY(take_pack("key", key_pack_));
    if (!of_key) TRY(take_pack("value", value_pack_));
    return {};
  }

  Run<> add_header(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (text.empty() || equals == 0) return fatal("Expected -H \"name=value..\" or -H \"name\"");
    std::optional<std::string> value;
    if (equals != text.npos) value = text.substr(equals + 1);
    line_.headers.emplace_back(text.substr(0, equals), std::move(value));
    return {};
  }

  Run<> check_mode() {
    if (properties().bootstrap.empty()) return misused("-b <broker,..> missing");
    if (line_.mode == Mode::none) {
      line_.mode = input_is_terminal_ ? Mode::consume : Mode::produce;
      line_.notices.info(1, fmt::format("Auto-selecting {} mode (use -P or -C to override)",
                                        input_is_terminal_ ? "Consumer" : "Producer"));
    }
    const bool needs_topic = line_.mode == Mode::produce || line_.mode == Mode::consume;
    if (needs_topic && !line_.topic) return misused("-t <topic> missing");
    if (line_.mode == Mode::query && line_.questions.empty()) {
      return misused("-t <topic>:<partition>:<offset_or_timestamp> missing");
    }
    return {};
  }

  Run<> finish() {
    const bool consumes = line_.mode == Mode::consume || line_.mode == Mode::group;
    for (const auto& pack : {value_pack_, key_pack_}) {
      if (pack && !consumes) return fatal("-s serdes only available in the consumer");
      if (pack == "avro") return fatal(lacks_avro);
    }
    TRY(read_delimiters());
    if (consumes) {
      std::string format =
          line_.is_json ? line_.delimiter : delimited_format(line_.key_delimiter, line_.delimiter);
      auto printer = MessagePrinter::make({.format = format_.value_or(std::move(format)),
                                           .is_json = line_.is_json,
                                           .shows_null = line_.empty_is_null,
                                           .key_pack = key_pack_,
                                           .value_pack = value_pack_});
      if (!printer) return fatal(printer.error());
      line_.printer = *std::move(printer);
    } else if (line_.mode == Mode::produce && line_.delimiter.empty()) {
      return fatal("Message delimiter -D must not be empty when producing");
    }
    if (const auto settled = properties().settle(); !settled) return fatal(settled.error());
    return check_operands();
  }

  Run<> read_delimiters() {
    const auto read_one = [&](std::string& text) -> Run<> {
      auto parsed = parse_delimiter(text);
      if (!parsed) return fatal(fmt::format("Delimiter {} expects hex number", parsed.error()));
      text = *std::move(parsed);
      return {};
    };
    if (line_.key_delimiter) TRY(read_one(*line_.key_delimiter));
    return read_one(line_.delimiter);
  }

  Run<> check_operands() {
    if (line_.mode == Mode::group && (line_.start_time != 0 || line_.stop_time != 0)) {
      return fatal("-o ..@ timestamps can't be used with -G mode\n");
    }
    if (line_.operands.empty()) return {};
    if (line_.mode != Mode::produce && line_.mode != Mode::group) {
      return misused("file/topic list only allowed in producer(-P)/kafkaconsumer(-G) mode");
    }
    if (line_.reads_lines && line_.operands.size() > 1) {
      return fatal("Only one file allowed for line mode (-l)");
    }
    return {};
  }

  const Program& program_;
  const bool input_is_terminal_;
  CommandLine line_;
  ConfigurationFiles files_;
  std::optional<std::string> format_, key_pack_, value_pack_;
};

}  // namespace

Run<CommandLine> read_command_line(const Program& program, bool input_is_terminal) {
  return CommandLineReader(program, input_is_terminal).read();
}

}  // namespace weir::app::kcat
