#pragma once
// Manual pages of section 1, as roff, from what commands say of themselves: one a command, one a
// noun that several commands begin with, and one of the program.

#include <string>
#include <string_view>
#include <vector>

#include "app/cli/command.h"

namespace weir::app {

struct ManualPage {
  std::string name;  // "weir-topic-create"
  std::string text;
};

// All but those of commands that are hidden; weir(1) is the first.
std::vector<ManualPage> manual_pages(const Commands& commands);

// "topic create" becomes "weir-topic-create"; nothing becomes "weir".
std::string manual_name(std::string_view words);

}  // namespace weir::app
