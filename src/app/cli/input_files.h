#pragma once
// InputFiles: files one after the other, or standard input ("-", and if none is named).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/session.h"
#include "base/result.h"
#include "base/task.h"

namespace weir::app {

class InputFiles {
 public:
  explicit InputFiles(std::vector<std::string> names);
  ~InputFiles() { close(); }
  InputFiles(const InputFiles&) = delete;
  InputFiles& operator=(const InputFiles&) = delete;

  // Opens the next one. False: there is none. Error: io.
  Result<bool> open_next();
  // The next bytes of the open one; empty at its end, and when the command is interrupted. Error:
  // io.
  Task<Result<std::string>> read(Session& session);

  // Of the open one, counted from 0.
  std::size_t number() const { return at_ - 1; }
  const std::string& name() const { return names_[number()]; }
  const std::string& name(std::size_t number) const { return names_[number]; }

  // Of everything, 0 to 1; unknown when not all of it is files.
  std::optional<double> share_of(std::uint64_t bytes) const;

 private:
  void close();

  std::vector<std::string> names_;
  std::size_t at_ = 0;
  int descriptor_ = -1;
  bool size_known_ = true;
  std::uint64_t size_ = 0;
};

}  // namespace weir::app
