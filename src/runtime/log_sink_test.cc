#include "runtime/log_sink.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>
#include <thread>

#include "runtime/log_escape.h"
#include "runtime/temporary_directory_test_support.h"

namespace weir::runtime {
namespace {

using env::Level;

std::string content(const std::string& path) {
  std::ostringstream all;
  all << std::ifstream(path).rdbuf();
  return all.str();
}

class ProcessLogTest : public testing::Test {
 protected:
  std::unique_ptr<ProcessLog> open(LogSettings::Form form, Level level = Level::info) {
    return ProcessLog::open({form, level, path}).value();
  }
  TemporaryDirectory directory;
  std::string path = directory.path() + "/log";
};

TEST_F(ProcessLogTest, a_text_line_has_time_level_component_and_message) {
  open(LogSettings::Form::text)->write(Level::warning, "log", "a segment is damaged");
  EXPECT_TRUE(std::regex_match(
      content(path),
      std::regex(
          R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z warning \[log\] a segment is damaged\n)")))
      << content(path);
}

TEST_F(ProcessLogTest, a_json_line_is_one_object) {
  open(LogSettings::Form::json)->write(Level::error, "broker", "said \"no\"\nand {left}");
  EXPECT_TRUE(std::regex_match(
      content(path), std::regex(R"(\{"time":"[-0-9T:.]+Z","level":"error","component":"broker",)"
                                R"("message":"said \\"no\\"\\nand \{left\}"\}\n)")))
      << content(path);
}

TEST_F(ProcessLogTest, foreign_text_cannot_forge_a_line) {
  auto log = open(LogSettings::Form::text);
  log->write(Level::info, "broker",
             "client id x\n2026-01-01T00:00:00.000Z error [log] all is lost");
  log->flush();
  EXPECT_EQ(std::ranges::count(content(path), '\n'), 1);
}

TEST_F(ProcessLogTest, the_level_can_be_changed_while_it_runs) {
  auto log = open(LogSettings::Form::text, Level::warning);
  EXPECT_FALSE(log->enabled(Level::info));
  log->write(Level::info, "a", "not this one");
  log->set_level(Level::trace);
  EXPECT_TRUE(log->enabled(Level::trace));
  log->write(Level::trace, "a", "but this one");
  log->flush();
  EXPECT_NE(content(path).find("but this one"), std::string::npos);
  EXPECT_EQ(content(path).find("not this one"), std::string::npos);
}

TEST_F(ProcessLogTest, lines_of_several_threads_stay_whole) {
  {
    auto log = open(LogSettings::Form::text);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&log, t] {
        for (int i = 0; i < 500; ++i) log->write(Level::info, "t" + std::to_string(t), "line");
      });
    }
  }
  std::istringstream lines(content(path));
  int whole = 0;
  for (std::string line; std::getline(lines, line); ++whole) EXPECT_TRUE(line.ends_with("] line"));
  EXPECT_EQ(whole, 2'000);
}

TEST_F(ProcessLogTest, a_reader_that_is_too_slow_costs_old_lines_and_not_time) {
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  auto log = open(LogSettings::Form::text);
  for (int i = 0; i < 30'000; ++i) log->write(Level::info, "a", "line " + std::to_string(i));
  std::string read;
  std::jthread closing([&log] { log.reset(); });  // writes what is queued
  ::fcntl(reader, F_SETFL, 0);
  std::string part(65'536, '\0');
  for (ssize_t got = 1; got > 0;) {
    got = ::read(reader, part.data(), part.size());
    if (got > 0) read.append(part, 0, static_cast<std::size_t>(got));
  }
  ::close(reader);
  EXPECT_NE(read.find("lines were lost"), std::string::npos);
  EXPECT_NE(read.find("line 29999"), std::string::npos);
}

TEST_F(ProcessLogTest, a_file_that_cannot_be_opened_is_an_error) {
  const auto log = ProcessLog::open({LogSettings::Form::text, Level::info, "/no/such/log"});
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, Errc::not_found);
}

TEST(LogEscape, control_characters_are_shown_and_text_is_left_alone) {
  struct Case {
    std::string_view message, text, json;
  };
  const std::vector<Case> cases{
      {"plain äöü 日本 🙂", "plain äöü 日本 🙂", "plain äöü 日本 🙂"},
      {"a\nb\r\tc", "a\\nb\\r\\tc", "a\\nb\\r\\tc"},
      {"\x1b[31mred", "\\x1b[31mred", "\\u001b[31mred"},
      {std::string_view("nul\0", 4), "nul\\x00", "nul\\u0000"},
      {"back\\slash \"quoted\"", "back\\\\slash \"quoted\"", "back\\\\slash \\\"quoted\\\""},
      {"bad \xff\xc3( utf-8", "bad \\xff\\xc3( utf-8", "bad \\\\xff\\\\xc3( utf-8"},
      {"over\xc0\xaflong", "over\\xc0\\xaflong", "over\\\\xc0\\\\xaflong"},
      {"c1 \xc2\x9b", "c1 \\xc2\\x9b", "c1 \\\\xc2\\\\x9b"},
      {"turned \xe2\x80\xae", "turned \\xe2\\x80\\xae", "turned \\\\xe2\\\\x80\\\\xae"},
      {"cut \xf0\x9f\x99", "cut \\xf0\\x9f\\x99", "cut \\\\xf0\\\\x9f\\\\x99"},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(escape_text(each.message), each.text);
    EXPECT_EQ(escape_json(each.message), each.json);
  }
}

TEST(LogEscape, a_long_message_is_cut) {
  const std::string cut = escape_text(std::string(1 << 20, 'x'));
  EXPECT_EQ(cut.size(), (8u << 10) + 3);
  EXPECT_TRUE(cut.ends_with("..."));
}

}  // namespace
}  // namespace weir::runtime
