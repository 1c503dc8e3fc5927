#pragma once
// Who adds which commands; `program.cc` calls each.

#include "app/cli/command.h"

namespace weir::app {

void add_server_commands(Commands& commands);
void add_produce_commands(Commands& commands);
void add_consume_commands(Commands& commands);
void add_topic_commands(Commands& commands);         // create, list, describe
void add_topic_change_commands(Commands& commands);  // alter, add-partitions, delete
void add_topic_record_commands(Commands& commands);  // offsets, trim
void add_config_commands(Commands& commands);
void add_group_commands(Commands& commands);         // list, describe, lag, members
void add_group_change_commands(Commands& commands);  // reset, delete
void add_cluster_commands(Commands& commands);
void add_bench_commands(Commands& commands);
void add_log_commands(Commands& commands);         // dump, verify
void add_completion_commands(Commands& commands);  // completion, man
void add_program_commands(Commands& commands);     // profile, version
void add_compat_commands(Commands& commands);

}  // namespace weir::app
