#include "app/cli/server_command.h"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

TEST(ServerCommand, flags_become_options) {
  const auto result = server_command({"--data", "/d", "--listen", "127.0.0.1:7", "--shards", "3",
                                      "--set", "num.partitions=4", "--set", "message.max.bytes=5"},
                                     {{"WEIR_FETCH_MAX_BYTES", "5000"}});
  ASSERT_TRUE(std::holds_alternative<ServerOptions>(result)) << std::get<CommandEnd>(result).text;
  const auto& options = std::get<ServerOptions>(result);
  EXPECT_EQ(options.settings.log_dir, "/d");
  EXPECT_EQ(options.shards, 3u);
  EXPECT_EQ(options.settings.controller.num_partitions, 4);
  EXPECT_EQ(options.settings.fetch.fetch_max_bytes, 5000);
}

TEST(ServerCommand, mistakes_end_with_code_2_and_one_line) {
  for (const auto& [arguments, text] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--set", "x"}, "weir server: --set x: name=value is expected"},
           {{"--set", "log.dirs=/a,/b"},
            "weir server: log.dirs names 2 directories: one is served"},
           {{"--config", "/nowhere/weir.toml"}, "weir server: cannot read /nowhere/weir.toml"}}) {
    const auto result = server_command(arguments, {});
    ASSERT_TRUE(std::holds_alternative<CommandEnd>(result));
    EXPECT_EQ(std::get<CommandEnd>(result).code, 2);
    EXPECT_EQ(std::get<CommandEnd>(result).text, text);
  }
  const auto unknown = server_command({"--nonsense"}, {});
  EXPECT_EQ(std::get<CommandEnd>(unknown).code, 2);
}

TEST(ServerCommand, help_ends_with_code_0) {
  const auto result = server_command({"--help"}, {});
  EXPECT_EQ(std::get<CommandEnd>(result).code, 0);
  EXPECT_NE(std::get<CommandEnd>(result).text.find("--listen"), std::string::npos);
}

}  // namespace
}  // namespace weir::app
