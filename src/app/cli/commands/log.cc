// weir log dump and verify: files of a node on this machine, which may be at work.

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "app/cli/commands/commands.h"
#include "app/cli/log_files/dump.h"
#include "app/cli/log_files/dump_line.h"
#include "app/cli/log_files/verify.h"
#include "app/cli/standard_output.h"
#include "runtime/posix_disk.h"

namespace weir::app {
namespace {

constexpr std::chrono::milliseconds pause_between_looks{150};

Exit exit_for(const Error& error) {
  return error.code == Errc::not_found ? Exit::not_found : Exit::failed;
}

class LogCommand : public Command {
 public:
  void describe(Options& options) override {
    options.argument("PATH", paths_, "files and directories").completes = Completes::files;
    options.option("--format", "FORMAT", format_, "text or json (a line an entry)");
  }

  Exit run(const Program&) override {
    if (format_ != "json" && format_ != "text") {
      complain(name(), fmt::format("--format {}: text or json is expected", format_));
      return Exit::usage;
    }
    const Exit exit = run_paths();
    return std::fflush(stdout) == 0 ? exit : refuse_output(name());
  }

 protected:
  virtual Exit run_paths() = 0;

  bool as_json() const { return format_ == "json"; }

  // Files may be large: nothing further is read for an output that takes no more.
  void put(std::string_view text) const {
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return;
    std::_Exit(static_cast<int>(refuse_output(name())));
  }

  Exit refuse(const std::string& path, const Error& error) {
    std::fflush(stdout);
    const std::string place = error.code == Errc::corrupt ? fmt::format(": at {}", error.at) : "";
    complain(name(), error.code == Errc::not_found
                         ? fmt::format("there is no {}", path)
                         : fmt::format("{}{}: {}", path, place, error.what));
    return exit_for(error);
  }
  Exit refuse_unknown(const std::string& path) {
    complain(name(), fmt::format("{}: no file that a node keeps has such a name; name a segment, "
                                 "an index, a checkpoint or a directory of such",
                                 path));
    return Exit::usage;
  }
  Exit refuse_empty(const std::string& path) {
    complain(name(), fmt::format("{} holds no file of a node; name its data directory or a "
                                 "partition's within it",
                                 path));
    return Exit::not_found;
  }

  // The entries of a directory; nothing when the path is that of a file.
  Result<std::optional<std::vector<env::DirectoryEntry>>> list(const std::string& path) {
    auto entries = disk_.list(path);
    if (entries) return *std::move(entries);
    if (entries.error().at == ENOTDIR) return std::nullopt;
    return std::unexpected(entries.error());
  }

  runtime::PosixDisk disk_;
  std::vector<std::string> paths_;

 private:
  std::string format_ = "text";
};

class LogDump final : public LogCommand {
 public:
  std::string_view name() const override { return "log dump"; }
  std::string_view summary() const override {
    return "Shows what segments, indexes, snapshots and checkpoints hold";
  }
  std::string_view details() const override {
    return "Reads files of this machine and asks no broker. Beside a node at work the newest "
           "segment may end within a batch.";
  }
  void describe(Options& options) override {
    LogCommand::describe(options);
    options.flag("-d,--data", with_data_, "the records too: keys, values and headers");
  }

 private:
  Exit run_paths() override {
    for (const std::string& path : paths_) {
      const std::size_t before = files_;
      const bool is_done = dump_path(path, 1);
      if (is_done && files_ == before) exits_.add(refuse_empty(path));
    }
    return exits_.result();
  }

  // False: it was refused. `depth` is 1 for a path of the command line.
  bool dump_path(const std::string& path, int depth) {
    const auto entries = list(path);
    if (!entries) return refused(path, entries.error());
    if (*entries) {
      if (depth > folder_depth_max) return true;
      for (const auto& entry : **entries) dump_path(inside(path, entry.name), depth + 1);
      return true;
    }
    const auto file = identify(path);
    if (!file && depth > 1) return true;
    if (!file) {
      exits_.add(refuse_unknown(path));
      return false;
    }
    ++files_;
    const DumpSettings settings{as_json(), with_data_,
                                [this](std::string_view text) { put(text); }};
    if (const auto dumped = dump_log_file(disk_, *file, settings); !dumped) {
      return refused(path, dumped.error());
    }
    exits_.add(Exit::done);
    return true;
  }

  bool refused(const std::string& path, const Error& error) {
    exits_.add(refuse(path, error));
    return false;
  }

  bool with_data_ = false;
  std::size_t files_ = 0;
  Exits exits_;
};

class LogVerify final : public LogCommand {
 public:
  std::string_view name() const override { return "log verify"; }
  std::string_view summary() const override {
    return "Checks the files of a data directory or of a partition, and changes nothing";
  }
  std::string_view details() const override {
    return "Reads files of this machine and asks no broker. A node may be at work on them: what "
           "looks wrong is looked at again before it is said.\n\n"
           "Exit code 0: all is good; 1: something is wrong, a line each, and a line for each file "
           "says what to do; 2: the command line; 4: there is no such file; 5: some of the paths "
           "are good, and the others are not there.";
  }

 private:
  Exit run_paths() override {
    Exits exits;
    for (const std::string& path : paths_) exits.add(verify_path(path));
    if (total_.files > 0) print_summary();
    return total_.problems > 0 ? Exit::failed : exits.result();
  }

  Exit verify_path(const std::string& path) {
    const VerifySettings settings{
        .report = [this](const Problem& problem) { print_problem(problem); },
        .wait = [] { std::this_thread::sleep_for(pause_between_looks); }};
    const auto entries = list(path);
    if (!entries) return refuse(path, entries.error());
    const auto file = identify(path);
    if (!*entries && !file) return refuse_unknown(path);
    const auto verified =
        *entries ? verify_directory(disk_, path, settings) : verify_file(disk_, *file, settings);
    print_advice();
    if (!verified) return refuse(path, verified.error());
    if (verified->files == 0) return refuse_empty(path);
    total_.files += verified->files;
    total_.problems += verified->problems;
    return Exit::done;
  }

  void print_problem(const Problem& problem) {
    if (problem.path != damaged_) print_advice();
    damaged_ = problem.path;
    if (!as_json()) return put(shown(problem) + "\n");
    const auto file = identify(problem.path);
    DumpLine line(true, problem.path, "problem");
    if (file) line.text("kind", name_of(file->kind));
    if (problem.place.position) {
      line.number("position", static_cast<std::int64_t>(*problem.place.position));
    }
    if (problem.place.offset) line.number("offset", *problem.place.offset);
    line.text("problem", problem.what);
    if (file) line.text("advice", advice_for(file->kind));
    put(line.take());
  }

  // Behind the problems of one file; in JSON it is part of each.
  void print_advice() {
    const auto file = identify(damaged_);
    if (!as_json() && file) {
      put(fmt::format("{}: to do: {}\n", damaged_, advice_for(file->kind)));
    }
    damaged_.clear();
  }

  void print_summary() const {
    if (!as_json()) {
      put(fmt::format("{} files, {} problems\n", total_.files, total_.problems));
      return;
    }
    put(fmt::format("{{\"type\":\"summary\",\"files\":{},\"problems\":{}}}\n", total_.files,
                    total_.problems));
  }

  Verified total_;
  std::string damaged_;  // the file whose problems are being said
};

}  // namespace

void add_log_commands(Commands& commands) {
  commands.push_back(std::make_unique<LogDump>());
  commands.push_back(std::make_unique<LogVerify>());
}

}  // namespace weir::app
