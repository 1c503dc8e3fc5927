#include "app/cli/log_files/log_files_test_support.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/cli/log_files/dump.h"
#include "app/cli/log_files/verify.h"
#include "base/check.h"
#include "coordinator/group/kafka_log_test_support.h"

namespace weir::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view source = WEIR_SOURCE_DIR "/src/";

std::string content_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  CHECK(in.good(), path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

LogFilesFixture::LogFilesFixture() {
  fs::copy(fmt::format("{}log/testdata/kafka-4.4.0/clean", source), directory_.path(),
           fs::copy_options::recursive);
}

std::string LogFilesFixture::path(std::string_view name) const {
  return fmt::format("{}{}{}", directory_.path(), name.empty() ? "" : "/", name);
}

std::string LogFilesFixture::read(std::string_view name) const { return content_of(path(name)); }

void LogFilesFixture::write(std::string_view name, std::string_view content) const {
  fs::create_directories(fs::path(path(name)).parent_path());
  std::ofstream(path(name), std::ios::binary | std::ios::trunc) << content;
}

void LogFilesFixture::change(std::string_view name, std::size_t position,
                             std::string_view bytes) const {
  CHECK(position + bytes.size() <= fs::file_size(path(name)), name);
  std::fstream file(path(name), std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(position));
  file << bytes;
}

std::string LogFilesFixture::dump(std::string_view name, bool as_json, bool with_data) {
  const auto file = identify(path(name));
  if (!file) return "unknown\n";
  std::string out;
  const DumpSettings settings{as_json, with_data, [&](std::string_view text) { out += text; }};
  const auto dumped = dump_log_file(disk, *file, settings);
  if (!dumped) out += fmt::format("error at {}: {}\n", dumped.error().at, dumped.error().what);
  return out;
}

std::vector<std::string> LogFilesFixture::verify(std::string_view name) {
  std::vector<std::string> problems;
  const VerifySettings settings{
      .report =
          [&](const Problem& problem) {
            problems.push_back(shown(problem).substr(directory_.path().size() + 1));
          },
      .wait = wait,
      .looks = looks};
  const std::string whole = path(name);
  Verified verified;
  if (fs::is_directory(whole)) {
    auto run = verify_directory(disk, whole, settings);
    CHECK(run.has_value(), whole);
    verified = *run;
  } else {
    const auto file = identify(whole);
    CHECK(file.has_value(), whole);
    auto run = verify_file(disk, *file, settings);
    CHECK(run.has_value(), whole);
    verified = *run;
  }
  CHECK(verified.problems == problems.size());
  return problems;
}

std::vector<std::string> LogFilesFixture::files() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(directory_.path())) {
    if (entry.is_regular_file()) {
      names.push_back(fs::relative(entry.path(), directory_.path()).string());
    }
  }
  std::ranges::sort(names);
  return names;
}

void add_internal_topics(LogFilesFixture& fixture) {
  const auto offsets = coordinator::kafka_log();
  fixture.write("__consumer_offsets-0/00000000000000000000.log", as_text(offsets));
  const auto copy = [&](std::string_view from, std::string_view to) {
    fixture.write(fmt::format("__cluster_metadata-0/{}", to),
                  content_of(fmt::format("{}{}", source, from)));
  };
  copy("metadata/image/testdata/kafka-standalone-life.log", "00000000000000000000.log");
  copy("replication/quorum/testdata/kafka-standalone.checkpoint",
       "00000000000000000000-0000000000.checkpoint");
  fixture.write("__cluster_metadata-0/quorum-state",
                R"({"leaderId":1,"leaderEpoch":5,"votedId":-1,"votedDirectoryId":)"
                R"("AAAAAAAAAAAAAAAAAAAAAA","data_version":1})");
}

}  // namespace weir::app
