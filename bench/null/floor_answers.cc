#include "null/floor_answers.h"

#include <algorithm>
#include <array>

#include "wire/error_code.h"
#include "wire/message/api_versions_response.h"
#include "wire/message/fetch_request.h"
#include "wire/message/fetch_response.h"
#include "wire/message/find_coordinator_request.h"
#include "wire/message/find_coordinator_response.h"
#include "wire/message/init_producer_id_response.h"
#include "wire/message/list_offsets_request.h"
#include "wire/message/list_offsets_response.h"
#include "wire/message/metadata_request.h"
#include "wire/message/metadata_response.h"
#include "wire/message/produce_request.h"
#include "wire/message/produce_response.h"
#include "wire/message/request_header.h"
#include "wire/message/response_header.h"
#include "wire/record/batch.h"

namespace weir::bench {
namespace {

// Versions in which topics have names: ids would have to be kept.
struct Served {
  wire::ApiKey key;
  std::int16_t min, max;
};
constexpr std::array<Served, 7> served{{{wire::ApiKey::produce, 3, 12},
                                        {wire::ApiKey::fetch, 4, 12},
                                        {wire::ApiKey::list_offsets, 1, 9},
                                        {wire::ApiKey::metadata, 0, 9},
                                        {wire::ApiKey::find_coordinator, 0, 6},
                                        {wire::ApiKey::api_versions, 0, 4},
                                        {wire::ApiKey::init_producer_id, 0, 5}}};

constexpr std::int64_t no_end = std::int64_t{1} << 60;  // where every partition ends
constexpr std::int32_t node = 1;

const Served* find_served(wire::ApiKey key) {
  const auto found = std::ranges::find(served, key, &Served::key);
  return found == served.end() ? nullptr : &*found;
}

}  // namespace

Result<> FloorAnswers::answer(Bytes frame, SendQueue& out) {
  if (frame.size() < 8) return fail(Errc::corrupt, "no header");
  const auto key = load_be<std::int16_t>(frame.data());
  const auto version = load_be<std::int16_t>(frame.data() + 2);
  const wire::ApiInfo* api = wire::find_api(key);
  if (!api) return fail(Errc::unsupported, "no such API", static_cast<std::uint64_t>(key));
  arena_.clear();
  wire::RequestHeader header;
  TRY_ASSIGN(const std::size_t header_bytes,
             wire::decode(header, frame, wire::request_header_version(*api, version), arena_));
  return answer_as({api->key, version, header.correlation_id, frame.subspan(header_bytes)}, out);
}

Result<> FloorAnswers::answer_as(const Request& request, SendQueue& out) {
  const Served* range = find_served(request.key);
  if (!range) {
    return fail(Errc::unsupported, "an API without an answer",
                static_cast<std::uint64_t>(request.key));
  }
  if (request.key == wire::ApiKey::api_versions) return api_versions(request, out);
  if (request.version < range->min || request.version > range->max) {
    return fail(Errc::unsupported, "a version without an answer",
                static_cast<std::uint64_t>(request.key));
  }
  switch (request.key) {
    case wire::ApiKey::produce:
      return produce(request, out);
    case wire::ApiKey::fetch:
      return fetch(request, out);
    case wire::ApiKey::list_offsets:
      return list_offsets(request, out);
    case wire::ApiKey::metadata:
      return metadata(request, out);
    case wire::ApiKey::find_coordinator:
      return find_coordinator(request, out);
    default:
      return init_producer_id(request, out);
  }
}

template <class M>
Result<> FloorAnswers::put(const Request& request, const M& message, SendQueue& out) {
  const wire::ResponseHeader header{.correlation_id = request.correlation};
  output_.clear();
  std::byte* size = output_.grow(4);
  TRY(wire::encode(header,
                   wire::response_header_version(*wire::find_api(request.key), request.version),
                   output_));
  TRY(wire::encode(message, request.version, output_));
  size = output_.mutable_bytes().data();
  store_be(size, static_cast<std::int32_t>(output_.size_with_gaps() - 4));
  std::size_t at = 0, slot = 0;
  for (const auto& gap : output_.gaps()) {
    out.copy(output_.bytes().subspan(at, gap.position - at));
    out.refer(Bytes(slots_[slot++]).first(gap.size));
    at = gap.position;
  }
  out.copy(output_.bytes().subspan(at));
  return {};
}

Result<> FloorAnswers::api_versions(const Request& request, SendQueue& out) {
  std::array<wire::ApiVersionsResponse::ApiVersion, served.size()> keys;
  for (std::size_t i = 0; i < served.size(); ++i) {
    keys[i].api_key = static_cast<std::int16_t>(served[i].key);
    keys[i].min_version = served[i].min;
    keys[i].max_version = served[i].max;
  }
  wire::ApiVersionsResponse response;
  response.api_keys = {keys.data(), keys.size()};
  Request as = request;
  if (request.version > find_served(wire::ApiKey::api_versions)->max) {
    as.version = 0;  // as KIP-511 has it: the client asks again
    response.error_code = wire::code_of(wire::ErrorCode::unsupported_version);
  }
  return put(as, response, out);
}

Result<> FloorAnswers::metadata(const Request& request, SendQueue& out) {
  wire::MetadataRequest asked;
  TRY(wire::decode_whole(asked, request.body, request.version, arena_));
  std::array<std::int32_t, 1> nodes{node};
  std::array<wire::MetadataResponse::MetadataResponseBroker, 1> brokers;
  brokers[0].node_id = node;
  brokers[0].host = options_->host;
  brokers[0].port = options_->port;
  auto topics = arena_.array<wire::MetadataResponse::MetadataResponseTopic>(asked.topics.size());
  for (std::size_t t = 0; t < topics.size(); ++t) {
    topics[t].name = asked.topics[t].name;
    topics[t].partitions = arena_.array<wire::MetadataResponse::MetadataResponsePartition>(
        static_cast<std::size_t>(options_->partitions));
    std::int32_t index = 0;
    for (auto& partition : topics[t].partitions) {
      partition.partition_index = index++;
      partition.leader_id = node;
      partition.leader_epoch = 0;
      partition.replica_nodes = {nodes.data(), nodes.size()};
      partition.isr_nodes = {nodes.data(), nodes.size()};
    }
  }
  wire::MetadataResponse response;
  response.brokers = {brokers.data(), brokers.size()};
  response.cluster_id = "floor";
  response.controller_id = node;
  response.topics = topics;
  return put(request, response, out);
}

Result<> FloorAnswers::produce(const Request& request, SendQueue& out) {
  wire::ProduceRequest asked;
  TRY(wire::decode_whole(asked, request.body, request.version, arena_));
  if (asked.acks == 0) return {};
  wire::ProduceResponse response;
  response.responses =
      arena_.array<wire::ProduceResponse::TopicProduceResponse>(asked.topic_data.size());
  for (std::size_t t = 0; t < asked.topic_data.size(); ++t) {
    const auto& topic = asked.topic_data[t];
    auto& answered = response.responses[t];
    answered.name = topic.name;
    answered.partition_responses =
        arena_.array<wire::ProduceResponse::PartitionProduceResponse>(topic.partition_data.size());
    for (std::size_t p = 0; p < topic.partition_data.size(); ++p) {
      answered.partition_responses[p].index = topic.partition_data[p].index;
      answered.partition_responses[p].log_start_offset = 0;
    }
  }
  return put(request, response, out);
}

Bytes FloorAnswers::batches_from(std::size_t slot, std::int64_t offset, std::size_t bytes) {
  if (slots_.size() <= slot) slots_.resize(slot + 1);
  auto& batches = slots_[slot];
  const std::size_t most = std::max<std::size_t>(options_->fetch_bytes / batch_.size(), 1);
  if (batches.empty()) {
    for (std::size_t i = 0; i < most; ++i) {
      batches.insert(batches.end(), batch_.begin(), batch_.end());
    }
  }
  const std::size_t count = std::clamp<std::size_t>(bytes / batch_.size(), 1, most);
  const std::int32_t records = wire::BatchView(batch_).last_offset_delta() + 1;
  for (std::size_t i = 0; i < count; ++i) {
    wire::set_base_offset(MutableBytes(batches).subspan(i * batch_.size(), batch_.size()),
                          offset + static_cast<std::int64_t>(i) * records);
  }
  return Bytes(batches).first(count * batch_.size());
}

Result<> FloorAnswers::fetch(const Request& request, SendQueue& out) {
  wire::FetchRequest asked;
  TRY(wire::decode_whole(asked, request.body, request.version, arena_));
  wire::FetchResponse response;
  response.responses =
      arena_.array<wire::FetchResponse::FetchableTopicResponse>(asked.topics.size());
  auto left = static_cast<std::size_t>(std::max(asked.max_bytes, 0));
  std::size_t slot = 0;
  for (std::size_t t = 0; t < asked.topics.size(); ++t) {
    const auto& topic = asked.topics[t];
    auto& answered = response.responses[t];
    answered.topic = topic.topic;
    answered.partitions = arena_.array<wire::FetchResponse::PartitionData>(topic.partitions.size());
    for (std::size_t p = 0; p < topic.partitions.size(); ++p) {
      const auto& wanted = topic.partitions[p];
      auto& partition = answered.partitions[p];
      partition.partition_index = wanted.partition;
      partition.high_watermark = no_end;
      partition.last_stable_offset = no_end;
      partition.log_start_offset = 0;
      partition.aborted_transactions = wire::Array<wire::FetchResponse::AbortedTransaction>::null();
      if (left == 0 && slot > 0) continue;
      const auto most = static_cast<std::size_t>(std::max(wanted.partition_max_bytes, 0));
      const Bytes batches = batches_from(slot++, wanted.fetch_offset, std::min(left, most));
      left -= std::min(left, batches.size());
      partition.records = wire::Records::external(static_cast<std::uint32_t>(batches.size()));
    }
  }
  return put(request, response, out);
}

Result<> FloorAnswers::list_offsets(const Request& request, SendQueue& out) {
  wire::ListOffsetsRequest asked;
  TRY(wire::decode_whole(asked, request.body, request.version, arena_));
  wire::ListOffsetsResponse response;
  response.topics =
      arena_.array<wire::ListOffsetsResponse::ListOffsetsTopicResponse>(asked.topics.size());
  constexpr std::int64_t earliest = -2;
  for (std::size_t t = 0; t < asked.topics.size(); ++t) {
    const auto& topic = asked.topics[t];
    response.topics[t].name = topic.name;
    response.topics[t].partitions =
        arena_.array<wire::ListOffsetsResponse::ListOffsetsPartitionResponse>(
            topic.partitions.size());
    for (std::size_t p = 0; p < topic.partitions.size(); ++p) {
      auto& answered = response.topics[t].partitions[p];
      answered.partition_index = topic.partitions[p].partition_index;
      answered.offset = topic.partitions[p].timestamp == earliest ? 0 : no_end;
      answered.leader_epoch = 0;
    }
  }
  return put(request, response, out);
}

Result<> FloorAnswers::init_producer_id(const Request& request, SendQueue& out) {
  wire::InitProducerIdResponse response;
  response.producer_id = 1;  // nobody compares: no sequence is looked at
  return put(request, response, out);
}

Result<> FloorAnswers::find_coordinator(const Request& request, SendQueue& out) {
  wire::FindCoordinatorRequest asked;
  TRY(wire::decode_whole(asked, request.body, request.version, arena_));
  wire::FindCoordinatorResponse response;
  if (request.version < 4) {
    response.node_id = node;
    response.host = options_->host;
    response.port = options_->port;
    return put(request, response, out);
  }
  response.coordinators =
      arena_.array<wire::FindCoordinatorResponse::Coordinator>(asked.coordinator_keys.size());
  for (std::size_t i = 0; i < asked.coordinator_keys.size(); ++i) {
    auto& coordinator = response.coordinators[i];
    coordinator.key = asked.coordinator_keys[i];
    coordinator.node_id = node;
    coordinator.host = options_->host;
    coordinator.port = options_->port;
  }
  return put(request, response, out);
}

}  // namespace weir::bench
