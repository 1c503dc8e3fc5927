#pragma once
// MadeTopic: a topic "t" on one made broker, with the fetch session of one consumer. The test
// changes the log and the leader's epoch behind the consumer's back.

#include <map>
#include <string>
#include <vector>

#include "sim/node/made_broker_test_support.h"
#include "wire/message/fetch_request.h"
#include "wire/message/fetch_response.h"
#include "wire/message/list_offsets_request.h"
#include "wire/message/list_offsets_response.h"
#include "wire/message/metadata_request.h"
#include "wire/message/offset_for_leader_epoch_request.h"
#include "wire/message/offset_for_leader_epoch_response.h"

namespace weir::sim {

struct MadeRecord {
  LeaderEpoch epoch = 0;
  std::string value;
};

class MadeTopic {
  template <class Request, class Response>
  using Member = env::Duration (MadeTopic::*)(const Request&, Response&, wire::Arena&);
  template <class Request, class Response>
  auto bind(Member<Request, Response> member) {
    return [this, member](const Request& request, Response& response, wire::Arena& arena) {
      return (this->*member)(request, response, arena);
    };
  }

 public:
  static constexpr std::uint16_t port = 9001;
  static constexpr std::int32_t session_id = 77;
  using Log = std::vector<MadeRecord>;
  struct Fetched {
    std::int32_t session_id, session_epoch;
    std::vector<PartitionIndex> named, forgotten;
    std::string rack;
  };

  MadeTopic(MadeWorld& made, std::vector<Log> logs_in, LeaderEpoch epoch_in)
      : logs(std::move(logs_in)), epoch(epoch_in), made_(made), broker_(made.add_broker(port)) {
    using namespace wire;
    broker_.on<MetadataRequest, MetadataResponse>(bind(&MadeTopic::tell_metadata));
    broker_.on<ListOffsetsRequest, ListOffsetsResponse>(bind(&MadeTopic::list_offsets));
    broker_.on<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(
        bind(&MadeTopic::find_epoch));
    broker_.on<FetchRequest, FetchResponse>(bind(&MadeTopic::fetch));
  }

  std::vector<Log> logs;         // by partition
  LeaderEpoch epoch;             // of the leader
  bool fences = true;            // who does not know that epoch; else it says where logs diverge
  bool forgets_session = false;  // at the next Fetch
  std::vector<Fetched> fetches;

 private:
  env::Duration tell_metadata(const wire::MetadataRequest&, wire::MetadataResponse& response,
                              wire::Arena& arena) {
    tell_brokers(response, arena, {{1, port}});
    response.topics = arena.array<wire::MetadataResponse::MetadataResponseTopic>(1);
    response.topics[0].name = "t";
    response.topics[0].topic_id = id_;
    auto& partitions = response.topics[0].partitions;
    partitions = arena.array<wire::MetadataResponse::MetadataResponsePartition>(logs.size());
    for (std::size_t p = 0; p < logs.size(); ++p) {
      partitions[p].partition_index = static_cast<PartitionIndex>(p);
      partitions[p].leader_id = 1;
      partitions[p].leader_epoch = epoch;
    }
    return at_once;
  }

  // Everybody begins with the first record.
  env::Duration list_offsets(const wire::ListOffsetsRequest& request,
                             wire::ListOffsetsResponse& response, wire::Arena& arena) {
    using Response = wire::ListOffsetsResponse;
    const auto& asked = request.topics[0].partitions;
    response.topics = arena.array<Response::ListOffsetsTopicResponse>(1);
    response.topics[0].name = "t";
    response.topics[0].partitions =
        arena.array<Response::ListOffsetsPartitionResponse>(asked.size());
    for (std::size_t p = 0; p < asked.size(); ++p) {
      auto& partition = response.topics[0].partitions[p];
      partition.partition_index = asked[p].partition_index;
      partition.offset = 0;
    }
    return at_once;
  }

  // The last epoch that is not later, and where the log ends with it.
  std::pair<LeaderEpoch, Offset> end_of(PartitionIndex partition, LeaderEpoch asked) const {
    std::pair<LeaderEpoch, Offset> end{no_epoch, no_offset};
    const Log& log = logs[static_cast<std::size_t>(partition)];
    for (std::size_t i = 0; i < log.size(); ++i) {
      if (log[i].epoch <= asked) end = {log[i].epoch, static_cast<Offset>(i) + 1};
    }
    return end;
  }

  env::Duration find_epoch(const wire::OffsetForLeaderEpochRequest& request,
                           wire::OffsetForLeaderEpochResponse& response, wire::Arena& arena) {
    using Response = wire::OffsetForLeaderEpochResponse;
    const auto& asked = request.topics[0].partitions[0];
    EXPECT_EQ(asked.current_leader_epoch, epoch);
    response.topics = arena.array<Response::OffsetForLeaderTopicResult>(1);
    response.topics[0].topic = "t";
    response.topics[0].partitions = arena.array<Response::EpochEndOffset>(1);
    auto& found = response.topics[0].partitions[0];
    found.partition = asked.partition;
    std::tie(found.leader_epoch, found.end_offset) = end_of(asked.partition, asked.leader_epoch);
    return at_once;
  }

  using FetchPartition = wire::FetchRequest::FetchPartition;
  env::Duration fetch(const wire::FetchRequest& request, wire::FetchResponse& response,
                      wire::Arena& arena) {
    note(request);
    if (std::exchange(forgets_session, false)) {
      response.error_code = wire::code_of(wire::ErrorCode::fetch_session_id_not_found);
      session_.clear();
      return at_once;
    }
    response.session_id = session_id;
    response.responses = arena.array<wire::FetchResponse::FetchableTopicResponse>(1);
    response.responses[0].topic_id = id_;
    auto& answers = response.responses[0].partitions;
    answers = arena.array<wire::FetchResponse::PartitionData>(session_.size());
    std::size_t count = 0;
    for (const auto& [partition, asked] : session_) {
      if (answer(asked, answers[count], arena)) ++count;
    }
    answers = {answers.data(), count};
    if (count == 0) response.responses = {};
    return count == 0 ? env::Duration(std::chrono::milliseconds(request.max_wait_ms)) : at_once;
  }

  // KIP-227: what is not named stays as it was.
  void note(const wire::FetchRequest& request) {
    Fetched seen{request.session_id, request.session_epoch, {}, {}, request.rack_id.str()};
    if (request.session_epoch == 0) session_.clear();
    for (const auto& topic : request.topics) {
      for (const auto& partition : topic.partitions) {
        seen.named.push_back(partition.partition);
        session_[partition.partition] = partition;
      }
    }
    for (const auto& topic : request.forgotten_topics_data) {
      for (const PartitionIndex partition : topic.partitions) {
        seen.forgotten.push_back(partition);
        session_.erase(partition);
      }
    }
    fetches.push_back(std::move(seen));
  }

  // False: it has nothing to say.
  bool answer(const FetchPartition& asked, wire::FetchResponse::PartitionData& answer,
              wire::Arena& arena) {
    const Log& log = logs[static_cast<std::size_t>(asked.partition)];
    answer.partition_index = asked.partition;
    answer.high_watermark = std::ssize(log);
    if (fences && asked.current_leader_epoch != epoch) {
      answer.error_code = wire::code_of(wire::ErrorCode::fenced_leader_epoch);
      return true;
    }
    const auto [last, end] = end_of(asked.partition, asked.last_fetched_epoch);
    if (asked.last_fetched_epoch != no_epoch && end < asked.fetch_offset) {
      answer.diverging_epoch = {.epoch = last, .end_offset = end, .unknown_tags = {}};
      return true;
    }
    if (asked.fetch_offset >= std::ssize(log)) return false;
    std::vector<std::byte> bytes;
    for (auto i = static_cast<std::size_t>(asked.fetch_offset); i < log.size(); ++i) {
      const std::vector<std::string> values{log[i].value};
      auto batch = batch_of(values, made_.env().clock.wall_ms());
      store_be(batch.data(), static_cast<std::int64_t>(i));
      store_be(batch.data() + leader_epoch_at, log[i].epoch);
      bytes.insert(bytes.end(), batch.begin(), batch.end());
    }
    answer.records = wire::Records(arena.copy(Bytes(bytes)).view());
    return true;
  }

  static constexpr std::size_t leader_epoch_at = 12;  // in a batch; its CRC does not cover it
  const Uuid id_{1, 2};
  MadeWorld& made_;
  MadeBroker& broker_;
  std::map<PartitionIndex, FetchPartition> session_;
};

}  // namespace weir::sim
