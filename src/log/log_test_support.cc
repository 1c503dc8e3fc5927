#include "log/log_test_support.h"

#include <array>
#include <filesystem>
#include <fstream>

#include "base/check.h"
#include "wire/record/batch.h"

namespace weir::log {

std::vector<std::byte> make_batch(const BatchSpec& spec) {
  wire::BatchBuilder builder({.producer_id = spec.producer_id,
                              .producer_epoch = spec.producer_epoch,
                              .base_sequence = spec.base_sequence,
                              .transactional = spec.transactional});
  for (int i = 0; i < spec.records; ++i) {
    builder.add({.timestamp = spec.timestamp + i, .value = as_bytes(spec.value)});
  }
  return builder.build();
}

std::vector<std::byte> make_marker(ProducerId producer_id, ProducerEpoch epoch, bool abort,
                                   TimestampMs timestamp, std::int32_t coordinator_epoch) {
  std::array<std::byte, 4> key{};
  store_be(key.data() + 2, static_cast<std::int16_t>(abort ? 0 : 1));
  std::array<std::byte, 6> value{};
  store_be(value.data() + 2, coordinator_epoch);
  wire::BatchBuilder builder({.producer_id = producer_id,
                              .producer_epoch = epoch,
                              .transactional = true,
                              .control = true});
  builder.add({.timestamp = timestamp, .key = Bytes(key), .value = Bytes(value)});
  return builder.build();
}

StagedBatch staged(std::vector<std::byte>& batch) {
  const wire::BatchView view{Bytes(batch)};
  return {.bytes = batch,
          .last_offset_delta = view.last_offset_delta(),
          .max_timestamp = view.max_timestamp(),
          .producer_id = view.producer_id(),
          .producer_epoch = view.producer_epoch(),
          .base_sequence = view.base_sequence(),
          .is_transactional = view.is_transactional(),
          .is_control = view.is_control()};
}

LogFixture::LogFixture(LogConfig config_in, std::string directory)
    : config(config_in), directory_(std::move(directory)) {
  CHECK(disk.create_directories("/data").has_value());
  CHECK(disk.sync_directory("/data").has_value());
  open(true, 0);
}

Result<> LogFixture::try_open(bool clean, Offset recovery_point, Offset log_start) {
  if (log_) log_start_ = log_->log_start_offset();
  if (log_start < 0) log_start = log_start_;
  log_.reset();
  alive_.clear();
  TRY_ASSIGN(log_, PartitionLog::open(disk, sink,
                                      {.directory = directory_,
                                       .name = {"orders", 0},
                                       .config = config,
                                       .after_clean_stop = clean,
                                       .nothing_lost = nothing_lost,
                                       .recovery_point = recovery_point,
                                       .log_start_offset = log_start,
                                       .newest_epoch = newest_epoch,
                                       .now = now},
                                      Uuid{7, 9}));
  return {};
}

void LogFixture::open(bool clean, Offset recovery_point) {
  const auto opened = try_open(clean, recovery_point);
  CHECK(opened.has_value(), opened ? "" : opened.error().message());
}

void LogFixture::close() {
  const auto closed = log_->close_clean();
  CHECK(closed.has_value(), closed ? "" : closed.error().message());
  log_start_ = log_->log_start_offset();
  log_.reset();
}

void LogFixture::wipe() {
  log_.reset();
  log_start_ = 0;
  CHECK(disk.remove_tree(directory_).has_value());
  open(true, 0);
}

void LogFixture::crash() {
  const Offset durable = log_->durable_end_offset();
  nothing_lost = ++crashes_ % 2 == 0;
  open(false, durable);
  nothing_lost = false;
}

void LogFixture::lose_power(RandomSource* random) {
  const Offset durable = log_->durable_end_offset();
  log_start_ = log_->log_start_offset();
  log_.reset();
  disk.lose_power(random);
  open(false, durable);
}

std::expected<Appended, AppendError> LogFixture::stage(const BatchSpec& spec, LeaderEpoch epoch) {
  alive_.push_back(make_batch(spec));
  std::array<StagedBatch, 1> batches{staged(alive_.back())};
  return log_->stage(batches, epoch, AppendOrigin::client, now);
}

std::expected<Appended, AppendError> LogFixture::stage_marker(ProducerId producer_id,
                                                              ProducerEpoch epoch, bool abort,
                                                              std::int32_t coordinator_epoch) {
  alive_.push_back(make_marker(producer_id, epoch, abort, now, coordinator_epoch));
  std::array<StagedBatch, 1> batches{staged(alive_.back())};
  return log_->stage(batches, 0, AppendOrigin::coordinator, now);
}

Appended LogFixture::append(const BatchSpec& spec, LeaderEpoch epoch) {
  const auto appended = stage(spec, epoch);
  CHECK(appended.has_value(), appended ? "" : appended.error().message);
  const auto written = log_->write_staged(now);
  CHECK(written.has_value(), written ? "" : written.error().message());
  alive_.clear();
  return *appended;
}

Result<> LogFixture::flush() {
  const auto plan = log_->plan_flush();
  if (!plan) return {};
  const auto carried_out = plan->carry_out(disk);
  if (carried_out) {
    log_->flush_done(*plan);
  } else {
    log_->flush_failed(carried_out.error());
  }
  return carried_out;
}

std::vector<std::vector<std::byte>> LogFixture::read_all(Offset from, Offset bound) {
  std::vector<std::vector<std::byte>> batches;
  while (from < bound) {
    const auto plan = log_->read({.from = from, .bound = bound, .bytes_max = 1 << 20});
    CHECK(plan.has_value());
    if (plan->range.size == 0) break;
    std::vector<std::byte> bytes(plan->range.size);
    const auto got = plan->range.file->read_at(plan->range.position, bytes);
    CHECK(got && *got == bytes.size());
    Bytes rest = bytes;
    while (!rest.empty()) {
      const auto batch = wire::read_batch(rest);
      if (!batch) break;  // cut off by bytes_max
      CHECK(batch->crc_is_good() && batch->last_offset() >= from,
            "asked for " + std::to_string(from) + ", found " +
                std::to_string(batch->base_offset()) + " to " +
                std::to_string(batch->last_offset()));
      batches.emplace_back(batch->bytes().begin(), batch->bytes().end());
      from = batch->next_offset();
      rest = rest.subspan(batch->size());
    }
  }
  return batches;
}

void LogFixture::write_to(const std::string& directory) {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  for (const auto& name : disk.names(directory_)) {
    std::ofstream(directory + "/" + name, std::ios::binary) << disk.content(path(name));
  }
}

std::vector<Offset> LogFixture::offsets(Offset from) {
  std::vector<Offset> found;
  for (const auto& batch : read_all(from, log_->log_end_offset())) {
    found.push_back(wire::BatchView(Bytes(batch)).base_offset());
  }
  return found;
}

}  // namespace weir::log
