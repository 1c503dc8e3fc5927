#pragma once
// One function for each tool of Kafka's.

#include <memory>

#include "app/kafka_tools/tool.h"

namespace weir::app::kafka {

std::unique_ptr<Tool> broker_api_versions_tool();
std::unique_ptr<Tool> cluster_tool();
std::unique_ptr<Tool> configs_tool();
std::unique_ptr<Tool> console_consumer_tool();
std::unique_ptr<Tool> console_producer_tool();
std::unique_ptr<Tool> consumer_groups_tool();
std::unique_ptr<Tool> consumer_perf_tool();
std::unique_ptr<Tool> delete_records_tool();
std::unique_ptr<Tool> dump_log_tool();
std::unique_ptr<Tool> e2e_latency_tool();
std::unique_ptr<Tool> get_offsets_tool();
std::unique_ptr<Tool> log_dirs_tool();
std::unique_ptr<Tool> metadata_quorum_tool();
std::unique_ptr<Tool> producer_perf_tool();
std::unique_ptr<Tool> server_start_tool();
std::unique_ptr<Tool> storage_tool();
std::unique_ptr<Tool> topics_tool();

}  // namespace weir::app::kafka
