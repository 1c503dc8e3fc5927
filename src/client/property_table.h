#pragma once
// The inside of properties.h: how a value is read, and the tables.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "client/properties.h"

namespace weir::client {

struct Property {
  PropertyInfo info;
  Result<> (*set)(ClientConfig&, std::string_view);
};

std::span<const Property> cluster_properties();
std::span<const Property> producer_properties();
std::span<const Property> consumer_properties();

Result<> settle_producer(ClientConfig& config);

// What a value should have been.
inline constexpr std::string_view a_time = "milliseconds";
inline constexpr std::string_view a_choice = "true or false";
inline constexpr std::string_view any_text = "text";
inline constexpr std::string_view a_size = "bytes";
inline constexpr std::string_view a_count = "a number";

std::unexpected<Error> expected_property(std::string_view what, std::string_view value);
std::optional<std::int64_t> property_integer(std::string_view text);

// Errors: invalid.
Result<> read_property(std::string_view text, std::string& into);
Result<> read_property(std::string_view text, std::optional<std::string>& into);
Result<> read_property(std::string_view text, bool& into);
Result<> read_property(std::string_view text, std::chrono::milliseconds& into);
Result<> read_property(std::string_view text, std::chrono::nanoseconds& into);  // milliseconds, too
Result<> read_property(std::string_view text, std::size_t& into);
Result<> read_property(std::string_view text, std::int32_t& into);  // 0 or more

// The setter of a plain member of one part of the configuration.
template <auto Part, auto Member>
Result<> set_member(ClientConfig& config, std::string_view value) {
  return read_property(value, (config.*Part).*Member);
}
// ... of a part of a part.
template <auto Part, auto Inner, auto Member>
Result<> set_inner(ClientConfig& config, std::string_view value) {
  return read_property(value, ((config.*Part).*Inner).*Member);
}

}  // namespace weir::client
