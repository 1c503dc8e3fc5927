#pragma once
// Report: what a command has found, before it is text. Each command says it once; --format chooses.
//
//   text, wide  sections one after the other, columns aligned; wide shows the columns that text
//               leaves out, and exact numbers where text has units for people
//   csv         one table (RFC 4180): the section that is `in_csv`, else the first table
//   json        one line: an object with a member a section, or what the only section has when it
//               has no name
//
// Reports of several things are text with a blank line between them, a line of JSON each, and one
// table of CSV with the rows of all.
//
// Names of columns and sections are those of JSON, lower case with underscores; they are stable.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace weir::app {

enum class Format : std::uint8_t { text, wide, json, csv };
std::optional<Format> format_named(std::string_view name);

// A list is shown with commas between its elements. Sizes (bytes), times (milliseconds since 1970)
// and lapses (a number of some unit) are numbers in JSON and CSV, and for people in text. A setting
// is what the cluster says everywhere but in text, where it has units: 7d, 1GiB.
struct Size {
  std::uint64_t bytes = 0;
};
struct Time {
  std::int64_t ms = 0;
};
struct Lapse {
  double count = 0;
  std::chrono::nanoseconds unit{};
};
struct SettingText {
  std::string name, value;
};
using Cell =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::int64_t>,
                 std::vector<std::string>, Size, Time, Lapse, SettingText>;

struct Column {
  std::string name;       // in JSON and CSV
  bool wide = false;      // not in plain text
  std::string text{};     // what text calls it, when its unit is in the name
  bool only_csv = false;  // what text and JSON say elsewhere
};

struct Section {
  std::string name;
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
  bool is_record = false;  // one row, shown as name and value
  bool in_csv = false;     // and not the first table

  void add(std::vector<Cell> row) { rows.push_back(std::move(row)); }
};

struct Report {
  std::vector<Section> sections;
  Section& table(std::string name, std::vector<Column> columns);
  Section& record(std::string name, std::vector<std::pair<std::string, Cell>> fields);
};

std::string print(const Report& report, Format format);
std::string print(std::span<const Report> reports, Format format);

}  // namespace weir::app
