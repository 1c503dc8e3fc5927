#pragma once
// What Java's library makes of text, where the output of Kafka's tools depends on it.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/kafka_tools/java_error.h"
#include "base/ids.h"
#include "client/topic_partition.h"

namespace re2 {
class RE2;
}

namespace weir::app::kafka {

// A regular expression that a whole text must match. RE2's syntax, which is Java's without
// backreferences, lookaround and possessive quantifiers.
class Pattern {
 public:
  // Error: java.lang.RuntimeException, in Kafka's words.
  static Ran<Pattern> compile(std::string_view regex);
  // As Kafka's filters of topics read it: commas separate alternatives, blanks and quotes around
  // it do not count.
  static Ran<Pattern> of_topics(std::string_view filter);
  bool matches(std::string_view text) const;

 private:
  std::shared_ptr<const re2::RE2> regex_;
};

// Indexes of entries in the order in which a HashMap gives them that got them in the given order;
// `capacity` is what its constructor was told.
std::vector<std::size_t> hash_map_order(std::span<const std::uint32_t> hashes,
                                        std::size_t capacity = 16);
// Sorts texts, or partitions, into that order.
void sort_as_hash_map(std::vector<std::string>& keys, std::size_t capacity = 16);
void sort_as_hash_map(std::vector<client::TopicPartition>& keys, std::size_t capacity = 16);

// String.split by one character: empty texts at the end are dropped.
std::vector<std::string> split(std::string_view text, char separator);
std::string_view trimmed(std::string_view text);
std::string joined(std::span<const std::string> parts, std::string_view separator);
bool is_true(std::string_view text);  // of a property: "true" in any case, blanks do not count
// Integer.parseInt. Error: java.lang.NumberFormatException.
Ran<std::int32_t> parse_int(std::string_view text);
Ran<std::int64_t> parse_long(std::string_view text);

// %-WIDTHs, in characters.
std::string padded(std::string_view text, std::size_t width);
std::size_t length(std::string_view text);  // String.length

// Topic.isInternal: topics that belong to the brokers.
bool is_internal_topic(std::string_view topic);

// Utils.getDateTime: 2026-11-21T07:30:00.250, with or without a zone. Error:
// java.text.ParseException.
Ran<TimestampMs> parse_date_time(std::string_view text);
// Duration.parse: P1DT2H30M1.5S. Milliseconds. Error: java.time.format.DateTimeParseException.
Ran<std::int64_t> parse_duration(std::string_view text);

}  // namespace weir::app::kafka
