#pragma once
// The properties of a client out of a file and off a command line, as Java's Properties: one value
// a name, the later one wins. What set_property() of client/properties.h says of each is said when
// all are known.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/kafka_tools/arguments.h"
#include "app/kafka_tools/java_error.h"
#include "client/properties.h"

namespace weir::app::kafka {

class Properties {
 public:
  struct Entry {
    std::string name, value;
    std::string from;  // "client.properties:3", "--command-property"
  };

  void set(std::string name, std::string value, std::string from = "");
  // As Kafka's CommandLineUtils.maybeMergeOptions: the option when it is given, its preset when the
  // property is not there. Error: the option has two values, or one that is no number.
  Ran<> merge(std::string_view name, const Arguments& given, std::string_view option);
  Ran<> merge_number(std::string_view name, const Arguments& given, std::string_view option);
  // Java's properties file. Error: it cannot be read, or is none.
  Ran<> add_file(const std::string& path);
  // name=value words; without an equals sign the value is empty.
  Ran<> add_words(const std::vector<std::string>& words, std::string_view option);

  std::optional<std::string> find(std::string_view name) const;
  const std::vector<Entry>& entries() const { return entries_; }

  // Error: org.apache.kafka.common.config.ConfigException. What names classes for keys and values
  // is Java's: tools have their own, and pass over these as Kafka's do.
  Ran<> apply(client::ClientConfig& config) const;

 private:
  std::vector<Entry> entries_;
};

// The text of a file. Error: java.nio.file.NoSuchFileException and its like.
Ran<std::string> read_text_file(const std::string& path);

}  // namespace weir::app::kafka
