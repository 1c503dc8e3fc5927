#pragma once
// The requests a broker serves: one file per API in this folder, each with its Api; the table is
// table.cc. What is not in the table is not advertised, and a request for it ends the connection,
// as in Kafka.

#include <span>

#include "base/result.h"
#include "base/task.h"
#include "broker/connection/request.h"

namespace weir::broker::api {

struct Api {
  wire::ApiKey key;
  // Fills the request's answer; the version is one that Kafka 4.4 serves (wire::find_api).
  Task<> (*serve)(Request& request);
};

extern const Api alter_configs;
extern const Api api_versions;
extern const Api create_partitions;
extern const Api create_topics;
extern const Api delete_groups;
extern const Api delete_records;
extern const Api delete_topics;
extern const Api describe_cluster;
extern const Api describe_configs;
extern const Api describe_groups;
extern const Api describe_log_dirs;
extern const Api describe_producers;
extern const Api describe_quorum;
extern const Api describe_topic_partitions;
extern const Api fetch;
extern const Api find_coordinator;
extern const Api heartbeat;
extern const Api incremental_alter_configs;
extern const Api init_producer_id;
extern const Api join_group;
extern const Api leave_group;
extern const Api list_config_resources;
extern const Api list_groups;
extern const Api list_offsets;
extern const Api metadata;
extern const Api offset_commit;
extern const Api offset_delete;
extern const Api offset_fetch;
extern const Api offset_for_leader_epoch;
extern const Api produce;
extern const Api sync_group;

// Sorted by key.
std::span<const Api* const> served_apis();
const Api* find_served(wire::ApiKey key);  // nullptr: not served

}  // namespace weir::broker::api
