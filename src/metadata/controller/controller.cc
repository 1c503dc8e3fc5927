#include "metadata/controller/controller.h"

#include "base/check.h"
#include "metadata/controller/handlers.h"
#include "metadata/controller/leader_and_isr.h"
#include "wire/message/abort_transaction_record.h"
#include "wire/message/allocate_producer_ids_request.h"
#include "wire/message/allocate_producer_ids_response.h"
#include "wire/message/alter_configs_request.h"
#include "wire/message/alter_configs_response.h"
#include "wire/message/alter_partition_request.h"
#include "wire/message/alter_partition_response.h"
#include "wire/message/begin_transaction_record.h"
#include "wire/message/broker_heartbeat_request.h"
#include "wire/message/broker_heartbeat_response.h"
#include "wire/message/broker_registration_request.h"
#include "wire/message/broker_registration_response.h"
#include "wire/message/config_record.h"
#include "wire/message/controller_registration_request.h"
#include "wire/message/controller_registration_response.h"
#include "wire/message/create_partitions_request.h"
#include "wire/message/create_partitions_response.h"
#include "wire/message/create_topics_request.h"
#include "wire/message/create_topics_response.h"
#include "wire/message/delete_topics_request.h"
#include "wire/message/delete_topics_response.h"
#include "wire/message/elect_leaders_request.h"
#include "wire/message/elect_leaders_response.h"
#include "wire/message/end_transaction_record.h"
#include "wire/message/incremental_alter_configs_request.h"
#include "wire/message/incremental_alter_configs_response.h"
#include "wire/message/no_op_record.h"
#include "wire/message/unregister_broker_request.h"
#include "wire/message/unregister_broker_response.h"
#include "wire/message/update_features_request.h"
#include "wire/message/update_features_response.h"

namespace weir::metadata {
namespace {

constexpr std::size_t elections_per_call_max = 1000;

// What the bootstrap records would make of an empty cluster.
Features bootstrap_features(std::span<const std::vector<std::byte>> records) {
  Replay replay;
  for (const auto& record : records) {
    if (!replay.apply(Bytes(record), 0)) break;  // the same error meets the log's replay
  }
  return replay.image().features;
}

void add_min_isr(const ControllerSettings& settings, RecordList& records) {
  const auto it = settings.static_config.find("min.insync.replicas");
  wire::ConfigRecord record;
  record.resource_type = static_cast<std::int8_t>(ConfigKind::broker);
  record.resource_name = "";
  record.name = "min.insync.replicas";
  record.value = it == settings.static_config.end() ? wire::Str("1") : wire::Str(it->second);
  records.add(record, 0);
}

}  // namespace

ControllerKernel::ControllerKernel(ControllerSettings settings, RandomSource& random)
    : settings_(std::move(settings)), random_(random), sessions_(settings_.session_timeout) {}

ControllerKernel::Decision ControllerKernel::activate(
    const Replay& committed, std::span<const std::vector<std::byte>> bootstrap_records,
    const Now& now) {
  state_ = committed;
  active_ = true;
  sessions_.activate(state_.image(), now.instant);
  RecordList records;
  if (state_.in_transaction()) {
    wire::AbortTransactionRecord abort;
    abort.reason = "Controller failover";
    records.add(abort, 0);
  }
  // Within an open transaction the level may be that of the bootstrap records, which are aborted
  // with it.
  const Features features = bootstrap_features(bootstrap_records);
  const bool is_new = state_.image().features.metadata_version == 0 ||
                      (state_.in_transaction() && state_.transaction_is_first());
  if (!is_new) return {records.take(), true, {}};
  const bool in_transaction =
      MetadataVersion{features.metadata_version}.is_metadata_transaction_supported();
  if (in_transaction) {
    wire::BeginTransactionRecord begin;
    begin.name = "Bootstrap records";
    records.add(begin, 0);
  }
  for (const auto& record : bootstrap_records) records.add_encoded(record);
  if (features.elr_enabled()) add_min_isr(settings_, records);
  if (in_transaction) records.add(wire::EndTransactionRecord{}, 0);
  return {records.take(), true, {}};
}

template <class Work>
ControllerKernel::Decision ControllerKernel::decide(const Now& now, Work&& work) {
  CHECK(active_, "only the active controller decides");
  wire::Arena arena;
  ControllerContext context{.image = state_.image(),
                            .sessions = sessions_,
                            .settings = settings_,
                            .random = random_,
                            .arena = arena,
                            .now = now.instant,
                            .next_offset = now.next_offset,
                            .kraft_version = now.kraft_version};
  work(context);
  return {context.records.take(), context.is_atomic, {}};
}

template <class RequestMessage, class ResponseMessage>
Result<ControllerKernel::Decision> ControllerKernel::serve(const Request& request, const Now& now) {
  if (request.version < RequestMessage::min_version ||
      request.version > RequestMessage::max_version) {
    return fail(Errc::unsupported, "a request in version " + std::to_string(request.version));
  }
  wire::Arena request_arena;
  RequestMessage message;
  TRY(wire::decode_whole(message, request.body, request.version, request_arena));
  wire::Output output;
  Result<> encoded;
  Decision decision = decide(now, [&](ControllerContext& context) {
    context.api_version = request.version;
    context.own_process = request.own_process;
    ResponseMessage response;
    metadata::handle(message, response, context);
    encoded = wire::encode(response, request.version, output);
  });
  CHECK(encoded.has_value(), "a response fits its version");
  decision.response = output.take();
  return decision;
}

Result<ControllerKernel::Decision> ControllerKernel::handle(const Request& request,
                                                            const Now& now) {
  using wire::ApiKey;
  switch (request.api) {
    case ApiKey::create_topics:
      return serve<wire::CreateTopicsRequest, wire::CreateTopicsResponse>(request, now);
    case ApiKey::delete_topics:
      return serve<wire::DeleteTopicsRequest, wire::DeleteTopicsResponse>(request, now);
    case ApiKey::create_partitions:
      return serve<wire::CreatePartitionsRequest, wire::CreatePartitionsResponse>(request, now);
    case ApiKey::alter_configs:
      return serve<wire::AlterConfigsRequest, wire::AlterConfigsResponse>(request, now);
    case ApiKey::incremental_alter_configs:
      return serve<wire::IncrementalAlterConfigsRequest, wire::IncrementalAlterConfigsResponse>(
          request, now);
    case ApiKey::elect_leaders:
      return serve<wire::ElectLeadersRequest, wire::ElectLeadersResponse>(request, now);
    case ApiKey::alter_partition:
      return serve<wire::AlterPartitionRequest, wire::AlterPartitionResponse>(request, now);
    case ApiKey::update_features:
      return serve<wire::UpdateFeaturesRequest, wire::UpdateFeaturesResponse>(request, now);
    case ApiKey::broker_registration:
      return serve<wire::BrokerRegistrationRequest, wire::BrokerRegistrationResponse>(request, now);
    case ApiKey::broker_heartbeat:
      return serve<wire::BrokerHeartbeatRequest, wire::BrokerHeartbeatResponse>(request, now);
    case ApiKey::unregister_broker:
      return serve<wire::UnregisterBrokerRequest, wire::UnregisterBrokerResponse>(request, now);
    case ApiKey::controller_registration:
      return serve<wire::ControllerRegistrationRequest, wire::ControllerRegistrationResponse>(
          request, now);
    case ApiKey::allocate_producer_ids:
      return serve<wire::AllocateProducerIdsRequest, wire::AllocateProducerIdsResponse>(request,
                                                                                        now);
    default:
      return fail(Errc::unsupported, "the controller does not serve this API");
  }
}

ControllerKernel::Decision ControllerKernel::fence_expired(const Now& now) {
  return decide(now, [&](ControllerContext& context) {
    context.is_atomic = false;
    while (const auto expired = sessions_.take_expired(now.instant)) {
      const Broker* broker = context.image.broker(expired->id);
      if (broker == nullptr || broker->epoch != expired->epoch || broker->fenced) continue;
      broker_fenced(context, *broker);
      sessions_.end_controlled_shutdown(broker->id);
      return;
    }
  });
}

ControllerKernel::Decision ControllerKernel::elect_unclean_leaders(const Now& now) {
  return decide(now, [](ControllerContext& context) {
    context.is_atomic = false;
    for (const auto& [id, topic] : context.image.topics) {
      if (!unclean_leader_election_enabled(context, *topic)) continue;
      for (const auto& [index, partition] : topic->partitions) {
        if (partition->leader != no_broker) continue;
        if (context.records.size() >= elections_per_call_max) return;
        PartitionChangeInput input = change_input(context, *topic, index, *partition);
        input.election = Election::unclean;
        add_change(context, partition_change(input));
      }
    }
  });
}

ControllerKernel::Decision ControllerKernel::balance_leaders(const Now& now) {
  return decide(now, [](ControllerContext& context) {
    context.is_atomic = false;
    for (const auto& [id, topic] : context.image.topics) {
      for (const auto& [index, partition] : topic->partitions) {
        if (partition->leader == partition->preferred_leader()) continue;
        if (context.records.size() >= elections_per_call_max) return;
        PartitionChangeInput input = change_input(context, *topic, index, *partition);
        input.election = Election::preferred;
        add_change(context, partition_change(input));
      }
    }
  });
}

ControllerKernel::Decision ControllerKernel::no_op() const {
  RecordList records;
  records.add(wire::NoOpRecord{}, 0);
  return {records.take(), true, {}};
}

Result<> ControllerKernel::appended(std::span<const std::vector<std::byte>> records,
                                    Offset first_offset) {
  Offset offset = first_offset;
  for (const auto& record : records) TRY(state_.apply(Bytes(record), offset++));
  return {};
}

bool ControllerKernel::serves(wire::ApiKey api) {
  using wire::ApiKey;
  switch (api) {
    case ApiKey::create_topics:
    case ApiKey::delete_topics:
    case ApiKey::create_partitions:
    case ApiKey::alter_configs:
    case ApiKey::incremental_alter_configs:
    case ApiKey::elect_leaders:
    case ApiKey::alter_partition:
    case ApiKey::update_features:
    case ApiKey::broker_registration:
    case ApiKey::broker_heartbeat:
    case ApiKey::unregister_broker:
    case ApiKey::controller_registration:
    case ApiKey::allocate_producer_ids:
      return true;
    default:
      return false;
  }
}

}  // namespace weir::metadata
