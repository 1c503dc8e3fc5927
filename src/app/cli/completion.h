#pragma once
// What may stand where the cursor is, from what commands say of themselves. The scripts that
// `weir completion SHELL` prints ask `weir __complete WORD...` for it.

#include <string>
#include <vector>

#include "app/cli/command.h"

namespace weir::app {

struct Completion {
  std::vector<std::string> words;         // that begin with what is typed
  Completes names = Completes::nothing;   // ... and names of these kinds
  std::vector<std::string> client_flags;  // -b, --profile and -X, as they were typed
};

// `typed`: the words behind `weir`; the last is the one that is typed, maybe empty.
Completion complete(const Commands& commands, const std::vector<std::string>& typed);

// Empty: no such shell.
std::string completion_script(std::string_view shell);

}  // namespace weir::app
