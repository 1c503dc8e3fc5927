#include "app/cli/manual.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "app/cli/program.h"

namespace weir::app {
namespace {

using testing::HasSubstr;

std::map<std::string, std::string> pages() {
  std::map<std::string, std::string> all;
  for (const ManualPage& page : manual_pages(all_commands())) {
    EXPECT_TRUE(all.emplace(page.name, page.text).second) << page.name;
  }
  return all;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '-' ? "\\-" : std::string(1, c);
  return out;
}

TEST(Manual, every_command_has_a_page_with_each_of_its_options) {
  const auto all = pages();
  for (const auto& command : all_commands()) {
    if (command->is_hidden()) continue;
    const auto found = all.find(manual_name(command->name()));
    ASSERT_NE(found, all.end()) << command->name();
    Options options;
    command->describe(options);
    for (const Option& option : options.list()) {
      EXPECT_THAT(found->second,
                  HasSubstr("\n.B " + escaped(option.is_argument() ? shown_argument(option)
                                                                   : shown_option(option))));
    }
  }
}

TEST(Manual, nouns_and_the_program_have_pages_that_list_their_commands) {
  const auto all = pages();
  EXPECT_THAT(all.at("weir-topic"), HasSubstr(".BR weir\\-topic\\-create (1)\nCreates topics"));
  EXPECT_THAT(all.at("weir-topic"), HasSubstr(".B weir topic delete\n.I NAME...\n[OPTIONS]"));
  EXPECT_THAT(all.at("weir"), HasSubstr(".BR weir\\-server (1)"));
  EXPECT_THAT(all.at("weir"), HasSubstr(".BR weir\\-group\\-describe (1)"));
  EXPECT_FALSE(all.contains("weir-__complete"));
}

TEST(Manual, the_synopsis_shows_what_may_be_left_out_and_what_repeats) {
  const auto all = pages();
  EXPECT_THAT(all.at("weir-produce"),
              HasSubstr(".SH SYNOPSIS\n.B weir produce\n.I TOPIC\n.I [FILE...]\n[OPTIONS]\n"));
}

TEST(Manual, the_server_has_a_page_with_exit_codes_of_its_own) {
  const std::string page = pages().at("weir-server");
  EXPECT_THAT(page, HasSubstr(".B \\-\\-listen HOST:PORT"));
  EXPECT_THAT(page, HasSubstr("3 another process"));
}

// A line that begins with a full stop or a quote is a request to roff.
TEST(Manual, no_line_of_text_is_taken_for_a_request) {
  constexpr std::string_view requests[] = {".TH ", ".SH ", ".TP", ".B ", ".BR ",
                                           ".I ",  ".nf",  ".fi", ".br"};
  for (const auto& [name, page] : pages()) {
    for (std::size_t at = 0; at < page.size(); at = page.find('\n', at) + 1) {
      const std::string_view line(page.data() + at, page.find('\n', at) - at);
      EXPECT_FALSE(line.starts_with('\'')) << name << ": " << line;
      if (!line.starts_with('.')) continue;
      EXPECT_TRUE(std::ranges::any_of(
          requests, [&](std::string_view request) { return line.starts_with(request); }))
          << name << ": " << line;
    }
  }
}

}  // namespace
}  // namespace weir::app
