// Checkpoints, snapshots of producers, and the other small files.

#include <nlohmann/json.hpp>

#include "app/cli/log_files/dump.h"
#include "app/cli/log_files/dump_line.h"
#include "log/format/checkpoint_file.h"
#include "log/format/meta_properties.h"
#include "log/format/partition_metadata.h"
#include "log/format/producer_snapshot.h"

namespace weir::app {
namespace {

class SmallDump {
 public:
  SmallDump(const LogFile& file, const DumpSettings& settings) : file_(file), settings_(settings) {}

  Result<> producers(std::string_view text) {
    TRY_ASSIGN(const auto entries, log::parse_producer_snapshot_entries(as_bytes(text)));
    for (const auto& [producer_id, entry] : entries) {
      DumpLine line = begin("producer");
      line.number("producer_id", producer_id)
          .number("producer_epoch", entry.epoch)
          .number("coordinator_epoch", entry.coordinator_epoch)
          .number("transaction_start", entry.current_transaction_start)
          .time("last_timestamp", entry.last_timestamp);
      if (const auto* batch = entry.last_batch()) {
        line.number("first_sequence", batch->first_sequence())
            .number("last_sequence", batch->last_sequence)
            .number("last_offset", batch->last_offset)
            .number("offset_delta", batch->offset_delta);
      }
      settings_.print(line.take());
    }
    return {};
  }

  Result<> epochs(std::string_view text) {
    TRY_ASSIGN(const auto epochs, log::parse_epoch_checkpoint(text));
    for (const auto& epoch : epochs) {
      settings_.print(begin("epoch")
                          .number("leader_epoch", epoch.epoch)
                          .number("start_offset", epoch.start_offset)
                          .take());
    }
    return {};
  }

  Result<> offsets(std::string_view text) {
    TRY_ASSIGN(const auto offsets, log::parse_offset_checkpoint(text));
    for (const auto& [partition, offset] : offsets) {
      settings_.print(begin("offset")
                          .text("topic", partition.topic)
                          .number("partition", partition.partition)
                          .number("offset", offset)
                          .take());
    }
    return {};
  }

  Result<> partition_metadata(std::string_view text) {
    TRY_ASSIGN(const auto topic_id, log::parse_partition_metadata(text));
    settings_.print(begin("partition").text("topic_id", topic_id.text()).take());
    return {};
  }

  Result<> meta_properties(std::string_view text) {
    TRY_ASSIGN(const auto properties, log::parse_meta_properties(text));
    settings_.print(begin("directory")
                        .text("cluster_id", properties.cluster_id)
                        .number("node_id", properties.node_id)
                        .text("directory_id", properties.directory_id.text())
                        .take());
    return {};
  }

  Result<> lifetime(std::string_view text) {
    settings_.print(begin("lifetime").text("of", text).take());
    return {};
  }

  // A file that is JSON already.
  Result<> json(std::string_view type, std::string_view text) {
    const auto parsed = nlohmann::ordered_json::parse(text, nullptr, false);
    if (parsed.is_discarded()) return fail(Errc::corrupt, "it is no JSON");
    settings_.print(begin(type).json("data", parsed.dump()).take());
    return {};
  }

 private:
  DumpLine begin(std::string_view type) { return {settings_.as_json, file_.path, type}; }
  const LogFile& file_;
  const DumpSettings& settings_;
};

}  // namespace

Result<> dump_small_file(env::Disk& disk, const LogFile& file, const DumpSettings& settings) {
  TRY_ASSIGN(const auto text, env::read_file(disk, file.path, dumped_file_max));
  SmallDump dump(file, settings);
  switch (file.kind) {
    case FileKind::producer_snapshot:
      return dump.producers(text);
    case FileKind::epoch_checkpoint:
      return dump.epochs(text);
    case FileKind::offset_checkpoint:
      return dump.offsets(text);
    case FileKind::partition_metadata:
      return dump.partition_metadata(text);
    case FileKind::meta_properties:
      return dump.meta_properties(text);
    case FileKind::quorum_state:
      return dump.json("quorum_state", text);
    case FileKind::lifetime:
      return dump.lifetime(text);
    default:
      // Markers of before KIP-966 are empty.
      return dump.json("clean_shutdown", text.empty() ? "{}" : std::string_view(text));
  }
}

}  // namespace weir::app
