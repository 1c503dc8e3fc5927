#include "load/requests.h"

#include <array>

#include "wire/api_key.h"
#include "wire/error_code.h"
#include "wire/message/fetch_request.h"
#include "wire/message/fetch_response.h"
#include "wire/message/list_offsets_request.h"
#include "wire/message/list_offsets_response.h"
#include "wire/message/metadata_request.h"
#include "wire/message/metadata_response.h"
#include "wire/message/produce_request.h"
#include "wire/message/produce_response.h"
#include "wire/message/request_header.h"
#include "wire/message/response_header.h"

namespace weir::bench {
namespace {

constexpr std::int16_t produce_version = 12, fetch_version = 12, list_offsets_version = 7,
                       metadata_version = 9;
constexpr std::int32_t only_correlation = 1;  // where one request is on its way at a time

template <class M>
Result<Frame> framed(const M& message, std::int16_t version, std::int32_t correlation) {
  const wire::RequestHeader header{.request_api_key = M::api_key,
                                   .request_api_version = version,
                                   .correlation_id = correlation,
                                   .client_id = "weir-bench-load"};
  wire::Output output;
  output.grow(4);
  TRY(wire::encode(header, wire::request_header_version(*wire::find_api(M::api_key), version),
                   output));
  TRY(wire::encode(message, version, output));
  store_be(output.mutable_bytes().data(), static_cast<std::int32_t>(output.bytes().size() - 4));
  return output.take();
}

template <class M>
Result<> read_into(M& message, Bytes answer, std::int16_t version, std::int32_t correlation,
                   wire::Arena& arena) {
  arena.clear();
  wire::ResponseHeader header;
  const std::int16_t header_version =
      wire::response_header_version(*wire::find_api(M::api_key), version);
  TRY_ASSIGN(const std::size_t size, wire::decode(header, answer, header_version, arena));
  if (header.correlation_id != correlation) {
    return fail(Errc::corrupt, "an answer out of order");
  }
  return wire::decode_whole(message, answer.subspan(size), version, arena);
}

Result<> check_code(std::int16_t code, const char* what) {
  if (code == 0) return {};
  return fail(Errc::invalid, std::string(what) + ": " + std::string(wire::error_info(code).name));
}

}  // namespace

Result<Frame> produce_frame(const std::string& topic, PartitionIndex partition, Bytes batch,
                            std::int32_t correlation) {
  std::array<wire::ProduceRequest::PartitionProduceData, 1> partitions;
  partitions[0].index = partition;
  partitions[0].records = wire::Records(batch);
  std::array<wire::ProduceRequest::TopicProduceData, 1> topics;
  topics[0].name = topic;
  topics[0].partition_data = {partitions.data(), partitions.size()};
  wire::ProduceRequest request;
  request.acks = -1;
  request.timeout_ms = 30'000;
  request.topic_data = {topics.data(), topics.size()};
  return framed(request, produce_version, correlation);
}

Result<> read_produced(Bytes answer, std::int32_t correlation, wire::Arena& arena) {
  wire::ProduceResponse response;
  TRY(read_into(response, answer, produce_version, correlation, arena));
  if (response.responses.size() != 1 || response.responses[0].partition_responses.size() != 1) {
    return fail(Errc::corrupt, "not the partition that was written");
  }
  return check_code(response.responses[0].partition_responses[0].error_code, "produce");
}

Result<Frame> fetch_frame(const std::string& topic, std::span<const FetchPosition> positions,
                          const FetchLimits& limits) {
  std::vector<wire::FetchRequest::FetchPartition> partitions(positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    partitions[i].partition = positions[i].partition;
    partitions[i].fetch_offset = positions[i].offset;
    partitions[i].partition_max_bytes = limits.partition_bytes;
  }
  std::array<wire::FetchRequest::FetchTopic, 1> topics;
  topics[0].topic = topic;
  topics[0].partitions = partitions;
  wire::FetchRequest request;
  request.max_wait_ms = limits.max_wait_ms;
  request.min_bytes = limits.min_bytes;
  request.max_bytes = limits.answer_bytes;
  request.topics = {topics.data(), topics.size()};
  return framed(request, fetch_version, only_correlation);
}

Result<std::vector<Fetched>> read_fetched(Bytes answer, wire::Arena& arena) {
  wire::FetchResponse response;
  TRY(read_into(response, answer, fetch_version, only_correlation, arena));
  TRY(check_code(response.error_code, "fetch"));
  std::vector<Fetched> all;
  for (const auto& topic : response.responses) {
    for (const auto& partition : topic.partitions) {
      TRY(check_code(partition.error_code, "fetch"));
      all.push_back(
          {partition.partition_index, partition.high_watermark, partition.records.view()});
    }
  }
  return all;
}

Result<Frame> list_offsets_frame(const std::string& topic, std::int32_t partitions, Where where) {
  std::vector<wire::ListOffsetsRequest::ListOffsetsPartition> asked(
      static_cast<std::size_t>(partitions));
  for (std::size_t p = 0; p < asked.size(); ++p) {
    asked[p].partition_index = static_cast<std::int32_t>(p);
    asked[p].timestamp = where == Where::end ? -1 : -2;
  }
  std::array<wire::ListOffsetsRequest::ListOffsetsTopic, 1> topics;
  topics[0].name = topic;
  topics[0].partitions = asked;
  wire::ListOffsetsRequest request;
  request.replica_id = -1;
  request.topics = {topics.data(), topics.size()};
  return framed(request, list_offsets_version, only_correlation);
}

Result<std::vector<Offset>> read_listed(Bytes answer, std::int32_t partitions, wire::Arena& arena) {
  wire::ListOffsetsResponse response;
  TRY(read_into(response, answer, list_offsets_version, only_correlation, arena));
  std::vector<Offset> offsets(static_cast<std::size_t>(partitions), no_offset);
  for (const auto& topic : response.topics) {
    for (const auto& partition : topic.partitions) {
      TRY(check_code(partition.error_code, "list offsets"));
      if (partition.partition_index < 0 || partition.partition_index >= partitions) continue;
      offsets[static_cast<std::size_t>(partition.partition_index)] = partition.offset;
    }
  }
  return offsets;
}

Result<Frame> metadata_frame(const std::string& topic) {
  std::array<wire::MetadataRequest::MetadataRequestTopic, 1> topics;
  topics[0].name = topic;
  wire::MetadataRequest request;
  request.topics = {topics.data(), topics.size()};
  return framed(request, metadata_version, only_correlation);
}

Result<std::int32_t> read_leaders(Bytes answer, wire::Arena& arena) {
  wire::MetadataResponse response;
  TRY(read_into(response, answer, metadata_version, only_correlation, arena));
  std::int32_t leaders = 0;
  for (const auto& topic : response.topics) {
    if (topic.error_code != 0) continue;
    for (const auto& partition : topic.partitions) {
      leaders += partition.error_code == 0 && partition.leader_id >= 0;
    }
  }
  return leaders;
}

}  // namespace weir::bench
