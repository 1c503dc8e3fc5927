#include "metadata/node/metadata_node.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/mark.h"
#include "base/signal.h"
#include "base/task_scope.h"
#include "metadata/controller/controller.h"
#include "metadata/image/image_writer.h"
#include "metadata/node/controller_registration.h"
#include "metadata/node/describe_quorum.h"
#include "metadata/node/periodic.h"
#include "replication/quorum/quorum.h"

namespace weir::metadata {
namespace {

constexpr std::size_t records_per_batch_max = 10000;

replication::QuorumSettings quorum_settings(const MetadataSettings& settings) {
  replication::QuorumSettings quorum;
  quorum.node_id = settings.node_id;
  quorum.directory = settings.directory + "/__cluster_metadata-0";
  quorum.directory_id = settings.directory_id;
  if (const auto& endpoint = settings.controller_endpoint) {
    quorum.endpoints = {{endpoint->name, endpoint->host, endpoint->port}};
  }
  quorum.segment_bytes = settings.metadata_log_segment_bytes;
  quorum.segment_ms = settings.metadata_log_segment_ms;
  quorum.retention_bytes = settings.metadata_max_retention_bytes;
  quorum.retention_ms = settings.metadata_max_retention_ms;
  quorum.recovery_point = settings.recovery_point;
  return quorum;
}

ControllerSettings controller_settings(const MetadataSettings& settings) {
  ControllerSettings controller;
  controller.node_id = settings.node_id;
  controller.cluster_id = settings.cluster_id;
  controller.num_partitions = settings.num_partitions;
  controller.default_replication_factor = settings.default_replication_factor;
  controller.default_replication_factor_shrinks = settings.default_replication_factor_shrinks;
  controller.delete_topic_enable = settings.delete_topic_enable;
  controller.session_timeout = std::chrono::milliseconds(settings.broker_session_timeout_ms);
  controller.static_config = settings.static_config;
  return controller;
}

}  // namespace

class MetadataNode::Impl final : public replication::QuorumListener, public ControllerPort {
 public:
  Impl(env::Env& env, MetadataSettings settings)
      : env_(env),
        settings_(std::move(settings)),
        quorum_(env, quorum_settings(settings_), *this),
        kernel_(controller_settings(settings_), env.random),
        changed_(env.executor),
        tasks_(env.executor),
        image_(std::make_shared<const Image>()) {}

  Task<Result<>> start();
  Task<> stop();
  Task<Result<>> committed(Offset offset);

  Task<Result<std::vector<std::byte>>> call(wire::ApiKey api, std::int16_t version,
                                            Bytes request_body,
                                            const RequestContext& context) override;

  // QuorumListener
  Result<> load_snapshot_begin(const replication::SnapshotId& id, TimestampMs timestamp) override;
  Result<> load_snapshot_batch(const replication::CommittedBatch& batch) override;
  Result<> load_snapshot_end() override;
  Result<> commit(const replication::CommittedBatch& batch) override;
  void high_watermark_moved(Offset high_watermark) override;
  void became_leader(LeaderEpoch epoch) override;
  void resigned(LeaderEpoch epoch) override;
  void uncommitted_lost() override;
  void failed(const Error& error) override;

  const ImagePtr& image() const { return image_; }
  BrokerId active_controller() const { return quorum_.is_leader() ? settings_.node_id : no_broker; }
  LeaderEpoch controller_epoch() const { return quorum_.epoch(); }
  Offset recovery_point() const { return quorum_.recovery_point(); }
  std::int16_t kraft_version() const { return quorum_.kraft_version(); }
  const Error* failure() const { return failed_ ? &*failed_ : nullptr; }
  std::vector<ImageListener*>& listeners() { return listeners_; }

 private:
  ControllerKernel::Now now() const {
    return {env_.clock.now(), quorum_.next_offset(), quorum_.kraft_version()};
  }
  Result<> check_loaded() const;
  // Appends what was decided and lets the kernel see it.
  Result<> carry_out(const ControllerKernel::Decision& decision);
  void repeat(std::int64_t ms, std::function<void()> work);
  void every(std::int64_t ms, std::function<ControllerKernel::Decision()> decide);
  Task<Result<>> register_controller();
  Task<Result<>> until_committed(Offset offset, std::uint64_t generation);
  void start_periodic_work();
  void publish();
  void maybe_snapshot();
  Task<> write_snapshot(ImagePtr image);

  env::Env& env_;
  MetadataSettings settings_;
  replication::Quorum quorum_;
  ControllerKernel kernel_;
  Replay loaded_;  // of what is committed
  Signal changed_;
  TaskScope tasks_;
  ImagePtr image_;
  std::vector<ImageListener*> listeners_;
  std::vector<std::unique_ptr<Periodic>> periodic_;
  Offset committed_end_ = 0;  // exclusive
  // Rises when appended batches are lost: whoever waits for one of them must not take another for
  // it.
  std::uint64_t generation_ = 0;
  std::uint64_t bytes_since_snapshot_ = 0;
  TimestampMs last_snapshot_ms_ = 0;
  bool snapshot_running_ = false;
  bool stopped_ = false;
  std::optional<Error> failed_;
};

Task<Result<>> MetadataNode::Impl::start() {
  last_snapshot_ms_ = env_.clock.wall_ms();
  auto starting = quorum_.start();
  auto started = co_await std::move(starting);
  CO_TRY(started);
  CO_TRY(check_loaded());
  auto registering = register_controller();
  auto registered = co_await std::move(registering);
  CO_TRY(registered);
  auto committing = until_committed(quorum_.next_offset() - 1, generation_);
  auto all_committed = co_await std::move(committing);
  CO_TRY(all_committed);
  start_periodic_work();
  env_.log.write(
      env::Level::info, "metadata",
      fmt::format("controller {} leads epoch {}, metadata.version {}, offset {}", settings_.node_id,
                  quorum_.epoch(), metadata_version_of(*image_).text(), image_->offset));
  co_return Result<>();
}

Result<> MetadataNode::Impl::check_loaded() const {
  if (failed_) return std::unexpected(*failed_);
  const std::int16_t level = kernel_.image().features.metadata_version;
  if (level == 0) {
    return fail(Errc::invalid, settings_.directory +
                                   " has no finalized metadata.version: it was not "
                                   "formatted, or by a version before 3.3");
  }
  return {};
}

Task<Result<>> MetadataNode::Impl::register_controller() {
  if (!metadata_version_of(kernel_.image()).is_controller_registration_supported()) {
    co_return Result<>();
  }
  const auto request = controller_registration_request(settings_.node_id, Uuid::random(env_.random),
                                                       quorum_.describe(env_.clock.wall_ms()));
  CO_TRY_ASSIGN(const auto decision,
                kernel_.handle({wire::ApiKey::controller_registration, 0, request, true}, now()));
  co_return carry_out(decision);
}

void MetadataNode::Impl::start_periodic_work() {
  every(settings_.metadata_max_idle_interval_ms, [this] { return kernel_.no_op(); });
  every(std::max<std::int64_t>(1, settings_.broker_session_timeout_ms / 4),
        [this] { return kernel_.fence_expired(now()); });
  every(settings_.unclean_leader_election_interval_ms,
        [this] { return kernel_.elect_unclean_leaders(now()); });
  if (settings_.auto_leader_rebalance_enable) {
    every(settings_.leader_imbalance_check_interval_seconds * 1000,
          [this] { return kernel_.balance_leaders(now()); });
  }
  repeat(settings_.metadata_log_max_snapshot_interval_ms, [this] { maybe_snapshot(); });
}

void MetadataNode::Impl::repeat(std::int64_t ms, std::function<void()> work) {
  if (ms <= 0) return;
  periodic_.push_back(
      std::make_unique<Periodic>(env_, std::chrono::milliseconds(ms), std::move(work)));
}

// What nobody asked for. A controller that has failed decides nothing any more, while the node that
// it is of comes to its end.
void MetadataNode::Impl::every(std::int64_t ms,
                               std::function<ControllerKernel::Decision()> decide) {
  repeat(ms, [this, decide = std::move(decide)] {
    if (!kernel_.is_active() || failed_ || stopped_) return;
    const auto done = carry_out(decide());
    if (!done && done.error().code != Errc::busy && done.error().code != Errc::closed) {
      failed(done.error());
    }
  });
}

Result<> MetadataNode::Impl::carry_out(const ControllerKernel::Decision& decision) {
  std::span<const std::vector<std::byte>> rest = decision.records;
  while (!rest.empty()) {
    const std::size_t count =
        decision.is_atomic ? rest.size() : std::min(rest.size(), records_per_batch_max);
    const Offset first = quorum_.next_offset();
    TRY(quorum_.append(quorum_.epoch(), rest.first(count)));
    TRY(kernel_.appended(rest.first(count), first));
    rest = rest.subspan(count);
  }
  return {};
}

Task<Result<std::vector<std::byte>>> MetadataNode::Impl::call(wire::ApiKey api,
                                                              std::int16_t version,
                                                              Bytes request_body,
                                                              const RequestContext&) {
  if (failed_ || stopped_ || !kernel_.is_active()) {
    co_return fail(Errc::closed, "the controller is not active");
  }
  if (api == wire::ApiKey::describe_quorum) {
    co_return describe_quorum(quorum_.describe(env_.clock.wall_ms()), request_body, version);
  }
  CO_TRY_ASSIGN(auto decision, kernel_.handle({api, version, request_body, true}, now()));
  const std::uint64_t generation = generation_;
  if (auto done = carry_out(decision); !done) {
    if (done.error().code != Errc::busy) failed(done.error());
    co_return std::unexpected(done.error());
  }
  // Reads wait too: what they saw may not be committed yet.
  auto waiting = until_committed(quorum_.next_offset() - 1, generation);
  auto waited = co_await std::move(waiting);
  CO_TRY(waited);
  co_return std::move(decision.response);
}

Task<Result<>> MetadataNode::Impl::until_committed(Offset offset, std::uint64_t generation) {
  while (committed_end_ <= offset || loaded_.in_transaction()) {
    if (failed_ || stopped_) co_return fail(Errc::closed, "the controller stops");
    if (generation != generation_) break;
    co_await changed_.wait();
  }
  if (generation != generation_) {
    co_return fail(Errc::busy, "the metadata log had no room; it is tried again");
  }
  co_return Result<>();
}

Task<Result<>> MetadataNode::Impl::committed(Offset offset) {
  while (image_->offset < offset) {
    if (failed_ || stopped_) co_return fail(Errc::closed, "the node stops");
    co_await changed_.wait();
  }
  co_return Result<>();
}

Result<> MetadataNode::Impl::load_snapshot_begin(const replication::SnapshotId& id,
                                                 TimestampMs timestamp) {
  Image image;
  image.offset = id.end_offset - 1;
  image.epoch = id.epoch;
  image.timestamp = timestamp;
  loaded_ = Replay(std::move(image));
  return {};
}

Result<> MetadataNode::Impl::load_snapshot_batch(const replication::CommittedBatch& batch) {
  for (const Bytes record : batch.records) TRY(loaded_.apply(record, loaded_.image().offset));
  return {};
}

Result<> MetadataNode::Impl::load_snapshot_end() {
  reached(Mark::metadata_snapshot_loaded);
  publish();
  return {};
}

Result<> MetadataNode::Impl::commit(const replication::CommittedBatch& batch) {
  Offset offset = batch.base_offset;
  for (const Bytes record : batch.records) TRY(loaded_.apply(record, offset++));
  Image& image = loaded_.mutable_image();
  image.offset = batch.last_offset();
  image.epoch = batch.epoch;
  image.timestamp = batch.append_timestamp;
  bytes_since_snapshot_ += batch.size_bytes;
  return {};
}

void MetadataNode::Impl::high_watermark_moved(Offset high_watermark) {
  committed_end_ = high_watermark;
  if (!loaded_.in_transaction() && loaded_.image().offset != image_->offset) publish();
  changed_.notify();
  if (bytes_since_snapshot_ >=
      static_cast<std::uint64_t>(settings_.metadata_log_max_record_bytes_between_snapshots)) {
    maybe_snapshot();
  }
}

void MetadataNode::Impl::publish() {
  const ImagePtr before = std::exchange(image_, std::make_shared<const Image>(loaded_.image()));
  const auto listeners = listeners_;  // one may unsubscribe within its call
  for (ImageListener* listener : listeners) {
    if (std::find(listeners_.begin(), listeners_.end(), listener) == listeners_.end()) continue;
    listener->image_committed(before, image_);
  }
}

void MetadataNode::Impl::became_leader(LeaderEpoch) {
  const auto decision = kernel_.activate(loaded_, quorum_.bootstrap_records(), now());
  if (const auto done = carry_out(decision); !done) failed(done.error());
}

void MetadataNode::Impl::resigned(LeaderEpoch) { kernel_.deactivate(); }

void MetadataNode::Impl::uncommitted_lost() {
  ++generation_;
  kernel_.roll_back(loaded_);
  changed_.notify();
}

void MetadataNode::Impl::failed(const Error& error) {
  if (failed_) return;
  failed_ = error;
  kernel_.deactivate();
  env_.log.write(env::Level::error, "metadata", fmt::format("stops: {}", error.message()));
  changed_.notify();
  for (ImageListener* listener : std::vector(listeners_)) listener->metadata_failed(error);
}

void MetadataNode::Impl::maybe_snapshot() {
  if (snapshot_running_ || stopped_ || failed_ || bytes_since_snapshot_ == 0) return;
  snapshot_running_ = true;
  bytes_since_snapshot_ = 0;
  tasks_.spawn(write_snapshot(image_));
}

Task<> MetadataNode::Impl::write_snapshot(ImagePtr image) {
  auto records = records_of(*image);
  Result<> written;
  if (!records) {
    written = std::unexpected(records.error());
  } else {
    auto writing = quorum_.write_snapshot({image->offset + 1, image->epoch}, image->timestamp,
                                          records->take());
    written = co_await std::move(writing);
  }
  snapshot_running_ = false;
  if (written) reached(Mark::metadata_snapshot_written);
  env_.log.write(written ? env::Level::info : env::Level::warning, "metadata",
                 written ? fmt::format("wrote a snapshot at offset {}", image->offset + 1)
                         : fmt::format("no snapshot: {}", written.error().message()));
}

Task<> MetadataNode::Impl::stop() {
  if (stopped_) co_return;
  stopped_ = true;
  periodic_.clear();
  kernel_.deactivate();
  changed_.notify();
  auto ending = tasks_.finished();
  co_await std::move(ending);
  auto stopping = quorum_.stop();
  co_await std::move(stopping);
  changed_.notify();
}

MetadataNode::MetadataNode(env::Env& env, MetadataSettings settings)
    : impl_(std::make_unique<Impl>(env, std::move(settings))) {}
MetadataNode::~MetadataNode() = default;
Task<Result<>> MetadataNode::start() { return impl_->start(); }
Task<> MetadataNode::stop() { return impl_->stop(); }
const ImagePtr& MetadataNode::image() const { return impl_->image(); }
ControllerPort& MetadataNode::controller() { return *impl_; }
BrokerId MetadataNode::active_controller() const { return impl_->active_controller(); }
LeaderEpoch MetadataNode::controller_epoch() const { return impl_->controller_epoch(); }
Offset MetadataNode::recovery_point() const { return impl_->recovery_point(); }
std::int16_t MetadataNode::kraft_version() const { return impl_->kraft_version(); }
const Error* MetadataNode::failed() const { return impl_->failure(); }
void MetadataNode::subscribe(ImageListener& listener) { impl_->listeners().push_back(&listener); }
void MetadataNode::unsubscribe(ImageListener& listener) {
  std::erase(impl_->listeners(), &listener);
}
Task<Result<>> MetadataNode::committed(Offset offset) { return impl_->committed(offset); }

}  // namespace weir::metadata
