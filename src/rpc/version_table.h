#pragma once
// Which versions of each API a broker and this client both speak, from the broker's ApiVersions
// answer and the schemas; the features that the cluster has finalized.

#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"

namespace weir::wire {
struct ApiVersionsResponse;
}

namespace weir::rpc {

class VersionTable {
 public:
  VersionTable() = default;  // before the broker has answered: ApiVersions itself only
  explicit VersionTable(const wire::ApiVersionsResponse& answer);

  // The highest version that both speak, at most `version_max`. Error: unsupported, naming the API
  // and both ranges.
  Result<std::int16_t> pick(std::int16_t api_key, std::int16_t version_max = INT16_MAX) const;
  bool serves(std::int16_t api_key) const;
  // Finalized level of a feature ("metadata.version"), -1: not known.
  std::int16_t feature_level(const std::string& feature) const;

 private:
  struct Range {
    std::int16_t min;
    std::int16_t max;
  };
  bool is_negotiated_ = false;
  std::map<std::int16_t, Range> broker_;
  std::map<std::string, std::int16_t> features_;
};

}  // namespace weir::rpc
