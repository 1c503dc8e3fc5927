#include "app/cli/output/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/cli/output/report_json.h"
#include "app/cli/text/units.h"

namespace weir::app {
namespace {

template <class... Ts>
struct Overload : Ts... {
  using Ts::operator()...;
};

// For people, who see a dash where nothing is and units where they know them; for people who want
// exact numbers; or for machines that read CSV.
enum class Reader : std::uint8_t { people, exact_people, machine };

std::string text_of_lapse(const Lapse& lapse, Reader reader) {
  if (reader != Reader::people) return fmt::format("{:.6f}", lapse.count);
  return format_duration(std::chrono::nanoseconds(
      std::llround(lapse.count * static_cast<double>(lapse.unit.count()))));
}

std::string plain_text_of(const Cell& cell, Reader reader) {
  const bool has_units = reader == Reader::people;
  return std::visit(
      Overload{
          [](std::monostate) { return std::string(); },
          [](bool value) { return std::string(value ? "true" : "false"); },
          [](std::int64_t value) { return fmt::format("{}", value); },
          [&](double value) { return fmt::format("{:.{}f}", value, has_units ? 2 : 6); },
          [](const std::string& value) { return value; },
          [](const std::vector<std::int64_t>& values) {
            return fmt::format("{}", fmt::join(values, ","));
          },
          [](const std::vector<std::string>& values) {
            return fmt::format("{}", fmt::join(values, ","));
          },
          [&](Size size) {
            return has_units ? format_size(size.bytes) : fmt::format("{}", size.bytes);
          },
          [&](Time time) {
            return reader == Reader::machine ? fmt::format("{}", time.ms) : format_time(time.ms);
          },
          [&](const Lapse& lapse) { return text_of_lapse(lapse, reader); },
          [&](const SettingText& setting) {
            return has_units ? human_config_value(setting.name, setting.value) : setting.value;
          },
      },
      cell);
}

std::string text_of(const Cell& cell, Reader reader) {
  std::string text = plain_text_of(cell, reader);
  return text.empty() && reader != Reader::machine ? "-" : text;
}

std::string title_of(const Column& column, bool wide) {
  return wide || column.text.empty() ? column.name : column.text;
}

bool is_number(const Cell& cell) {
  return std::holds_alternative<std::int64_t>(cell) || std::holds_alternative<double>(cell) ||
         std::holds_alternative<Size>(cell) || std::holds_alternative<Lapse>(cell);
}

std::string upper(std::string_view name) {
  std::string title(name);
  for (char& c : title) {
    c = c == '_' ? '-' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return title;
}

// Code points, near enough to columns of a terminal.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

void pad(std::string& out, std::size_t width, std::string_view text, bool right) {
  const std::string space(width - std::min(width, width_of(text)), ' ');
  if (right) out += space;
  out += text;
  if (!right) out += space;
}

void print_table(const Section& section, bool wide, std::string& out) {
  std::vector<std::size_t> shown;
  for (std::size_t c = 0; c < section.columns.size(); ++c) {
    const Column& column = section.columns[c];
    if (!column.only_csv && (wide || !column.wide)) shown.push_back(c);
  }
  std::vector<std::vector<std::string>> lines(1);
  std::vector<std::size_t> widths;
  std::vector<bool> right(section.columns.size(), !section.rows.empty());
  const Reader reader = wide ? Reader::exact_people : Reader::people;
  for (const std::size_t c : shown) lines[0].push_back(upper(title_of(section.columns[c], wide)));
  for (const auto& row : section.rows) {
    auto& line = lines.emplace_back();
    for (const std::size_t c : shown) {
      line.push_back(text_of(row[c], reader));
      if (!is_number(row[c]) && row[c].index() != 0) right[c] = false;
    }
  }
  for (std::size_t i = 0; i < shown.size(); ++i) {
    std::size_t width = 0;
    for (const auto& line : lines) width = std::max(width, width_of(line[i]));
    widths.push_back(width);
  }
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < shown.size(); ++i) {
      if (i > 0) out += "  ";
      pad(out, widths[i], line[i], right[shown[i]]);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
  }
}

void print_record(const Section& section, bool wide, std::string& out) {
  std::size_t width = 0;
  for (const Column& column : section.columns) {
    width = std::max(width, title_of(column, wide).size());
  }
  for (std::size_t c = 0; c < section.columns.size(); ++c) {
    pad(out, width + 2, title_of(section.columns[c], wide), false);
    out += text_of(section.rows[0][c], wide ? Reader::exact_people : Reader::people);
    out += '\n';
  }
}

std::string print_text(const Report& report, bool wide) {
  std::string out;
  const bool has_titles = report.sections.size() > 1;
  for (const Section& section : report.sections) {
    if (section.rows.empty()) continue;
    if (!out.empty()) out += '\n';
    if (has_titles && !section.is_record) out += upper(section.name) + "\n";
    section.is_record ? print_record(section, wide, out) : print_table(section, wide, out);
  }
  return out;
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

const Section* csv_table(const Report& report) {
  const auto& sections = report.sections;
  auto table = std::ranges::find_if(sections, &Section::in_csv);
  if (table == sections.end()) table = std::ranges::find(sections, false, &Section::is_record);
  if (table == sections.end()) table = sections.begin();
  return table == sections.end() ? nullptr : &*table;
}

// The reports are of one kind: they have the same table.
std::string print_csv(std::span<const Report> reports) {
  std::string out;
  for (const Report& report : reports) {
    const Section* const table = csv_table(report);
    if (!table) continue;
    if (out.empty()) {
      std::vector<std::string> names;
      for (const Column& column : table->columns) names.push_back(quoted(column.name));
      out = fmt::format("{}\n", fmt::join(names, ","));
    }
    for (const auto& row : table->rows) {
      std::vector<std::string> cells;
      for (const Cell& cell : row) cells.push_back(quoted(text_of(cell, Reader::machine)));
      out += fmt::format("{}\n", fmt::join(cells, ","));
    }
  }
  return out;
}

}  // namespace

std::optional<Format> format_named(std::string_view name) {
  if (name == "text") return Format::text;
  if (name == "wide") return Format::wide;
  if (name == "json") return Format::json;
  if (name == "csv") return Format::csv;
  return std::nullopt;
}

Section& Report::table(std::string name, std::vector<Column> columns) {
  return sections.emplace_back(Section{std::move(name), std::move(columns), {}, false});
}

Section& Report::record(std::string name, std::vector<std::pair<std::string, Cell>> fields) {
  Section section{std::move(name), {}, {{}}, true};
  for (auto& [field, cell] : fields) {
    section.columns.push_back({std::move(field)});
    section.rows[0].push_back(std::move(cell));
  }
  return sections.emplace_back(std::move(section));
}

std::string print(const Report& report, Format format) {
  return print(std::span(&report, 1), format);
}

std::string print(std::span<const Report> reports, Format format) {
  if (format == Format::csv) return print_csv(reports);
  std::string out;
  for (const Report& report : reports) {
    if (format == Format::json) {
      out += print_json(report);
      continue;
    }
    const std::string text = print_text(report, format == Format::wide);
    if (!out.empty() && !text.empty()) out += '\n';
    out += text;
  }
  return out;
}

}  // namespace weir::app
