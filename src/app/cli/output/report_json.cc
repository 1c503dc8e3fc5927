#include "app/cli/output/report_json.h"

#include <nlohmann/json.hpp>

namespace weir::app {
namespace {

using Json = nlohmann::ordered_json;

struct ToJson {
  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(Size size) const { return size.bytes; }
  Json operator()(Time time) const { return time.ms; }
  Json operator()(const Lapse& lapse) const { return lapse.count; }
  Json operator()(const SettingText& setting) const { return setting.value; }
  template <class T>
  Json operator()(const T& value) const {
    return value;
  }
};

Json row_of(const Section& section, const std::vector<Cell>& row) {
  Json json = Json::object();
  for (std::size_t c = 0; c < row.size(); ++c) {
    if (section.columns[c].only_csv) continue;
    json[section.columns[c].name] = std::visit(ToJson{}, row[c]);
  }
  return json;
}

Json section_of(const Section& section) {
  if (section.is_record) return row_of(section, section.rows[0]);
  Json list = Json::array();
  for (const auto& row : section.rows) list.push_back(row_of(section, row));
  return list;
}

}  // namespace

std::string print_json(const Report& report) {
  Json json = Json::object();
  if (report.sections.size() == 1 && report.sections[0].name.empty()) {
    json = section_of(report.sections[0]);
  } else {
    for (const Section& section : report.sections) {
      // The fields of a record without a name are the report's own.
      if (section.name.empty()) {
        json.update(section_of(section));
      } else {
        json[section.name] = section_of(section);
      }
    }
  }
  // Names that came from a broker may be anything; what is no UTF-8 is replaced.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace weir::app
