#pragma once
// What commands print that talk to no cluster (those that do: Session::show).

#include <optional>
#include <string>
#include <string_view>

#include "app/cli/exit.h"

namespace weir::app {

// To standard output, whole. failed: it could not be written, and that was said as `command`;
// nothing is said when a reader went away, who had what he wanted.
Exit write_out(std::string_view command, std::string_view text);

// Says why errno is what it is after a failed write to standard output, as above.
Exit refuse_output(std::string_view command);

// What is to be said of a write to standard output that failed with this errno; nothing when a
// reader went away.
std::optional<std::string> output_complaint(int error);

}  // namespace weir::app
