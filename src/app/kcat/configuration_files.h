#pragma once
// Files of properties: those that -F names, else the one that KCAT_CONFIG names, else
// ~/.config/kcat.conf if it is there.

#include <string>

#include "app/cli/command.h"
#include "app/kcat/notices.h"
#include "app/kcat/properties.h"

namespace weir::app::kcat {

class ConfigurationFiles {
 public:
  // -F; "-" and "none" stand for no file at all.
  Run<> read_named(const std::string& path, const Notices& notices, KcatProperties& into);
  // When the last option is known.
  Run<> read_default(const Notices& notices, KcatProperties& into, const Program& program);

 private:
  bool has_read_ = false, searches_ = true;
};

// Lines of name=value, comments with #. `path` is for messages. Ended: a line is wrong.
Run<> read_configuration(const std::string& text, const std::string& path, const Notices& notices,
                         KcatProperties& into);

}  // namespace weir::app::kcat
