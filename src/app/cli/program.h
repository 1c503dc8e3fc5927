#pragma once
// `weir COMMAND ...`: finds the command and runs it.

#include "app/cli/command.h"

namespace weir::app {

// Every command, in the order of help. Further nouns have a function of their own beneath
// commands/.
Commands all_commands();

int run_program(const Program& program);

}  // namespace weir::app
