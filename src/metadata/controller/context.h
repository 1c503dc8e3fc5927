#pragma once
// What a request's handler works with: the state it reads, the soft state it may touch, and the
// records and the answer it gives. Handlers are pure: they run to completion, and what they decide
// takes effect by replay alone.

#include <optional>
#include <string>
#include <utility>

#include "base/env/clock.h"
#include "base/random.h"
#include "metadata/config/config_layers.h"
#include "metadata/controller/sessions.h"
#include "metadata/image/feature_levels.h"
#include "metadata/image/image.h"
#include "metadata/image/record_list.h"
#include "wire/codec/arena.h"
#include "wire/error_code.h"

namespace weir::metadata {

struct ControllerSettings {
  BrokerId node_id = no_broker;
  std::string cluster_id;
  std::int32_t num_partitions = 1;
  std::int16_t default_replication_factor = 1;
  // default.replication.factor was not set by anybody: then it shrinks to the brokers registered.
  bool default_replication_factor_shrinks = true;
  bool delete_topic_enable = true;
  env::Duration session_timeout = std::chrono::seconds(9);
  ConfigMap static_config;
};

struct ApiError {
  wire::ErrorCode code = wire::ErrorCode::none;
  std::optional<std::string> message;
  bool ok() const { return code == wire::ErrorCode::none; }
};
// With the protocol's own words for the code, where Kafka's controller says no more.
ApiError plain_error(wire::ErrorCode code);

struct ControllerContext {
  const Image& image;
  Sessions& sessions;
  const ControllerSettings& settings;
  RandomSource& random;
  wire::Arena& arena;  // of the answer
  env::Instant now;
  Offset next_offset = 0;  // of the first record this handler gives
  std::int16_t api_version = 0;
  std::int16_t kraft_version = 0;
  bool own_process = false;  // the request comes from the process this controller runs in
  RecordList records{};
  bool is_atomic = true;  // the records are one unit, else each is on its own

  mutable std::optional<ConfigMap> resolved{};

  MetadataVersion version() const { return metadata_version_of(image); }
  BrokerLayers layers() const;
  // The broker configs that hold; reckoned once.
  const ConfigMap& resolved_configs() const;
  wire::Str text(std::string_view words) { return arena.copy(words); }
  wire::Str message_of(const ApiError& error) {
    return error.message ? arena.copy(*error.message) : wire::Str::null();
  }
  template <class T>
  wire::Array<T> array(const std::vector<T>& elements) {
    return arena.copy(std::span<const T>(elements));
  }
};

// Kafka's checkBrokerEpoch: the request must come from the registration in force.
ApiError check_broker_epoch(const Image& image, BrokerId id, BrokerEpoch epoch);

// What the controller needs of a topic's effective configuration.
std::int32_t effective_min_isr(const ControllerContext& context, const Topic& topic);
bool unclean_leader_election_enabled(const ControllerContext& context, const Topic& topic);

}  // namespace weir::metadata
