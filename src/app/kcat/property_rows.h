#pragma once
// librdkafka's properties: what each takes, and what becomes of it here.

#include <cstdint>
#include <span>
#include <string_view>

namespace weir::app::kcat {

enum class PropertyKind : std::uint8_t { integer, number, flag, choice, text, pointer };

enum class PropertyFate : std::uint8_t {
  same,       // a property of our client's, `as`, with the same values
  own,        // something of ours has to be done for it: properties.cc
  idle,       // taken, and has nothing to do here
  preset,     // only its default is served
  not_built,  // security, transactions
};

struct PropertyRow {
  std::string_view name;
  bool is_topics = false;  // can be named topic.NAME too
  PropertyKind kind = PropertyKind::text;
  PropertyFate fate = PropertyFate::idle;
  std::string_view as = {};      // a name of our client's
  std::string_view preset = {};  // librdkafka's default
  double min = 0, max = 0;
  std::string_view choices = {};  // with a bar between
};

struct PropertyAlias {
  std::string_view alias, name;
};

std::span<const PropertyRow> property_rows();
std::span<const PropertyAlias> property_aliases();

}  // namespace weir::app::kcat
