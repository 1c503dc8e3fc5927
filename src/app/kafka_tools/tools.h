#pragma once
// The program under the names of Kafka's tools. docs/kafka_tools.md lists what each option does.

#include <optional>
#include <string_view>
#include <vector>

#include "app/cli/command.h"

namespace weir::app {

// The tool that argv[0] names, with or without a path and `.sh`, or else the first argument (`weir
// kafka-topics --list`). Nothing when neither names a tool; else the exit code.
std::optional<int> run_kafka_tool(std::string_view argv0, Program program);

std::vector<std::string_view> kafka_tool_names();  // sorted

}  // namespace weir::app
