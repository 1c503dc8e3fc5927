#include "app/cli/log_files/verify_small.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "app/cli/log_files/verify_batch.h"
#include "log/format/batch_scanner.h"
#include "log/format/checkpoint_file.h"
#include "log/format/meta_properties.h"
#include "log/format/partition_metadata.h"
#include "log/format/producer_snapshot.h"
#include "replication/quorum/checkpoint.h"
#include "replication/quorum/election_state.h"

namespace weir::app {
namespace {

constexpr std::size_t file_size_max = std::size_t{1} << 30;

Result<> check_producers(const LogFile& file, std::string_view text, Findings& findings) {
  TRY_ASSIGN(const auto entries, log::parse_producer_snapshot_entries(as_bytes(text)));
  constexpr std::uint64_t head_size = 10, entry_size = 46;
  std::map<ProducerId, std::pair<ProducerEpoch, Offset>> seen;
  std::uint64_t position = head_size;
  for (const auto& [producer_id, entry] : entries) {
    const auto problem = [&](std::string_view what) {
      findings.problem(file.path, {position, {}},
                       fmt::format("producer {}: {}", producer_id, what));
    };
    // Each batch that was kept has an entry, oldest first.
    const auto* batch = entry.last_batch();
    const std::pair is{entry.epoch, batch ? batch->last_offset : no_offset};
    const auto [before, is_first] = seen.try_emplace(producer_id, is);
    if (!is_first && (before->second.first != is.first || before->second.second >= is.second)) {
      problem("its batches do not ascend");
    }
    before->second = is;
    if (batch && batch->last_offset >= file.base_offset) {
      problem(
          fmt::format("its last offset {} is not below {}", batch->last_offset, file.base_offset));
    }
    if (entry.current_transaction_start >= file.base_offset) {
      problem(fmt::format("its transaction begins at offset {}, which is not below {}",
                          entry.current_transaction_start, file.base_offset));
    }
    position += entry_size;
  }
  return {};
}

Result<> check_epochs(const LogFile& file, std::string_view text, Findings& findings) {
  TRY_ASSIGN(const auto epochs, log::parse_epoch_checkpoint(text));
  for (std::size_t i = 1; i < epochs.size(); ++i) {
    const auto& before = epochs[i - 1];
    if (epochs[i].epoch > before.epoch && epochs[i].start_offset > before.start_offset) continue;
    findings.problem(
        file.path, {std::nullopt, epochs[i].start_offset},
        fmt::format("epoch {} from offset {} on follows epoch {} from offset {} on",
                    epochs[i].epoch, epochs[i].start_offset, before.epoch, before.start_offset));
  }
  return {};
}

// Each batch, then what only a whole snapshot can show.
Result<> check_snapshot(env::Disk& disk, const LogFile& file, std::string_view text,
                        Findings& findings) {
  TRY_ASSIGN(const auto opened, disk.open(file.path, env::OpenMode::read));
  log::BatchScanner scanner(*opened, 0, text.size());
  BatchCheck batches(file.path, RecordKind::cluster_metadata, findings);
  const std::size_t before = findings.problems();
  for (;;) {
    TRY_ASSIGN(const auto at, scanner.next());
    if (!at) break;
    const log::ScannedBatch scanned = *at;
    TRY_ASSIGN(const auto batch, scanner.whole(scanned));
    batches.check(batch, scanned.position);
    if (file.epoch != no_epoch && batch.leader_epoch() != file.epoch) {
      findings.problem(
          file.path, {scanned.position, batch.base_offset()},
          fmt::format("leader epoch {}, {} by the file's name", batch.leader_epoch(), file.epoch));
    }
  }
  if (findings.problems() != before || file.epoch == no_epoch) return {};
  const auto passed_over = [](TimestampMs, std::span<const Bytes>) { return Result<>(); };
  TRY(replication::read_snapshot(as_bytes(text), passed_over));
  return {};
}

Result<> check_clean_shutdown(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) return fail(Errc::corrupt, "it is no JSON");
  const auto is_number = [&](const char* name) {
    return json.is_object() && json.contains(name) && json[name].is_number_integer();
  };
  if (is_number("version") && is_number("brokerEpoch")) return {};
  return fail(Errc::corrupt, "it has no version or no brokerEpoch");
}

Result<> check(env::Disk& disk, const LogFile& file, Findings& findings) {
  TRY_ASSIGN(const auto text, env::read_file(disk, file.path, file_size_max));
  switch (file.kind) {
    case FileKind::producer_snapshot:
      return check_producers(file, text, findings);
    case FileKind::epoch_checkpoint:
      return check_epochs(file, text, findings);
    case FileKind::metadata_snapshot:
      return check_snapshot(disk, file, text, findings);
    case FileKind::offset_checkpoint:
      TRY(log::parse_offset_checkpoint(text));
      return {};
    case FileKind::partition_metadata:
      TRY(log::parse_partition_metadata(text));
      return {};
    case FileKind::meta_properties:
      TRY(log::parse_meta_properties(text));
      return {};
    case FileKind::quorum_state:
      TRY(replication::parse_election_state(text));
      return {};
    case FileKind::lifetime:
      return {};  // any other text only means that nothing is believed
    default:
      // Markers of before KIP-966 are empty.
      return text.empty() ? Result<>() : check_clean_shutdown(text);
  }
}

}  // namespace

void verify_small_file(env::Disk& disk, const LogFile& file, Findings& findings) {
  findings.verified(file.path);
  if (const auto checked = check(disk, file, findings); !checked) {
    const bool has_position =
        file.kind == FileKind::metadata_snapshot && checked.error().code == Errc::corrupt;
    if (has_position) {
      findings.problem(file.path, {checked.error().at, {}}, checked.error().what);
    } else {
      findings.problem(file.path, checked.error());
    }
  }
}

}  // namespace weir::app
