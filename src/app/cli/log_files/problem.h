#pragma once
// What `weir log verify` finds wrong, and what can be done about it.

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/log_files/log_file.h"
#include "base/ids.h"
#include "base/result.h"

namespace weir::app {

struct Place {
  std::optional<std::uint64_t> position;  // a byte of the file
  std::optional<Offset> offset;           // of the log
  auto operator<=>(const Place&) const = default;
};

struct Problem {
  std::string path;
  Place place;
  std::string what;
  auto operator<=>(const Problem&) const = default;
};

// Collects the problems of one look at some files.
class Findings {
 public:
  // A file that is no such file at all has a problem an entry: that is said this often.
  static constexpr std::size_t problems_max = 100;

  void problem(const std::string& path, Place place, std::string_view what);
  void problem(const std::string& path, const Error& error) { problem(path, {}, error.what); }
  void verified(const std::string& path);
  // Only what concerns this file is kept.
  void only(std::string path) { only_ = std::move(path); }

  std::size_t files() const { return files_; }
  std::size_t problems() const { return problems_.size(); }
  std::size_t seen() const { return seen_; }  // problems, also those that are not kept
  std::vector<Problem> take_sorted();         // by file and place

 private:
  bool counts(const std::string& path) const { return only_.empty() || only_ == path; }
  std::string only_;
  std::size_t files_ = 0;
  std::size_t seen_ = 0;
  std::vector<Problem> problems_;
  std::map<std::string, std::size_t> of_file_;
};

// "PATH: at POSITION, offset OFFSET: WHAT"
std::string shown(const Problem& problem);

// What to do about a file of this kind that is damaged.
std::string_view advice_for(FileKind kind);

}  // namespace weir::app
