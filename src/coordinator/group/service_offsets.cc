// GroupService: OffsetCommit, OffsetFetch, OffsetDelete.

#include <utility>

#include "coordinator/group/group_service_impl.h"

namespace weir::coordinator {
namespace {

using wire::code_of;
using wire::ErrorCode;
using FetchGroup = wire::OffsetFetchRequest::OffsetFetchRequestGroup;
using FetchedGroup = wire::OffsetFetchResponse::OffsetFetchResponseGroup;

constexpr std::int16_t first_fetch_version_with_groups = 8;
constexpr std::int16_t first_fetch_version_with_error = 2;

// Every partition that was not refused by itself.
void fail_commit(const wire::OffsetCommitRequest& request, ErrorCode error, wire::Arena& arena,
                 wire::OffsetCommitResponse& response) {
  using Topic = wire::OffsetCommitResponse::OffsetCommitResponseTopic;
  using Partition = wire::OffsetCommitResponse::OffsetCommitResponsePartition;
  if (response.topics.size() == request.topics.size()) {
    for (Topic& topic : response.topics) {
      for (Partition& partition : topic.partitions) {
        if (partition.error_code == 0) partition.error_code = code_of(error);
      }
    }
    return;
  }
  response.topics = arena.array<Topic>(request.topics.size());
  for (std::size_t i = 0; i < request.topics.size(); ++i) {
    const auto& from = request.topics[i];
    response.topics[i].name = from.name;
    response.topics[i].topic_id = from.topic_id;
    response.topics[i].partitions = arena.array<Partition>(from.partitions.size());
    for (std::size_t j = 0; j < from.partitions.size(); ++j) {
      response.topics[i].partitions[j].partition_index = from.partitions[j].partition_index;
      response.topics[i].partitions[j].error_code = code_of(error);
    }
  }
}

// Requests before version 8 name one group, without ids: the same in the newer form.
FetchGroup group_of_old_request(const wire::OffsetFetchRequest& request, wire::Arena& arena) {
  FetchGroup group;
  group.group_id = request.group_id;
  if (request.topics.is_null()) {
    group.topics = wire::Array<wire::OffsetFetchRequest::OffsetFetchRequestTopics>::null();
    return group;
  }
  group.topics =
      arena.array<wire::OffsetFetchRequest::OffsetFetchRequestTopics>(request.topics.size());
  for (std::size_t i = 0; i < request.topics.size(); ++i) {
    group.topics[i].name = request.topics[i].name;
    group.topics[i].partition_indexes = request.topics[i].partition_indexes;
  }
  return group;
}

void answer_old_request(const FetchGroup& request, const FetchedGroup& fetched,
                        std::int16_t version, wire::Arena& arena,
                        wire::OffsetFetchResponse& response) {
  using Topic = wire::OffsetFetchResponse::OffsetFetchResponseTopic;
  using Partition = wire::OffsetFetchResponse::OffsetFetchResponsePartition;
  const bool is_error = fetched.error_code != 0;
  if (is_error && version >= first_fetch_version_with_error) {
    response.error_code = fetched.error_code;
    return;
  }
  if (is_error) {  // there is no place for it but the partitions
    response.topics = arena.array<Topic>(request.topics.size());
    for (std::size_t i = 0; i < request.topics.size(); ++i) {
      const auto& from = request.topics[i];
      response.topics[i].name = from.name;
      response.topics[i].partitions = arena.array<Partition>(from.partition_indexes.size());
      for (std::size_t j = 0; j < from.partition_indexes.size(); ++j) {
        auto& to = response.topics[i].partitions[j];
        to.partition_index = from.partition_indexes[j];
        to.committed_offset = no_offset;
        to.error_code = fetched.error_code;
      }
    }
    return;
  }
  response.topics = arena.array<Topic>(fetched.topics.size());
  for (std::size_t i = 0; i < fetched.topics.size(); ++i) {
    const auto& from = fetched.topics[i];
    response.topics[i].name = from.name;
    response.topics[i].partitions = arena.array<Partition>(from.partitions.size());
    for (std::size_t j = 0; j < from.partitions.size(); ++j) {
      auto& to = response.topics[i].partitions[j];
      to.partition_index = from.partitions[j].partition_index;
      to.committed_offset = from.partitions[j].committed_offset;
      to.committed_leader_epoch = from.partitions[j].committed_leader_epoch;
      to.metadata = from.partitions[j].metadata;
      to.error_code = from.partitions[j].error_code;
    }
  }
}

// Old consumers do not retry COORDINATOR_NOT_AVAILABLE here, but look for the coordinator again.
ErrorCode fetch_error(ErrorCode error) {
  return error == ErrorCode::coordinator_not_available ? ErrorCode::not_coordinator : error;
}

}  // namespace

Task<> GroupService::commit_offsets(const RequestContext& context,
                                    const wire::OffsetCommitRequest& request, wire::Arena& arena,
                                    wire::OffsetCommitResponse& response) {
  const auto [host, not_here] = impl_->find(request.group_id, Impl::EmptyId::allowed);
  ErrorCode error = not_here;
  if (host != nullptr) {
    Output out;
    host->kernel().commit(impl_->call(context, *host), request, arena, response, out);
    error = host->take(out);
    if (error == ErrorCode::none) {
      auto settling = host->settled(host->tail());
      error = co_await std::move(settling);
    }
  }
  if (error != ErrorCode::none) fail_commit(request, error, arena, response);
}

Task<> GroupService::fetch_offsets(const RequestContext& context,
                                   const wire::OffsetFetchRequest& request, wire::Arena& arena,
                                   wire::OffsetFetchResponse& response) {
  const bool is_old = context.api_version < first_fetch_version_with_groups;
  FetchGroup old_group;
  if (is_old) old_group = group_of_old_request(request, arena);
  const wire::Array<FetchGroup> groups =
      is_old ? wire::Array<FetchGroup>(&old_group, 1) : request.groups;
  const wire::Array<FetchedGroup> fetched = arena.array<FetchedGroup>(groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto [host, not_here] = impl_->find(groups[i].group_id, Impl::EmptyId::allowed);
    ErrorCode error = not_here;
    if (host != nullptr) {
      host->kernel().fetch(impl_->call(context, *host), groups[i], request.require_stable, arena,
                           fetched[i]);
      auto settling = host->settled(host->tail());
      error = co_await std::move(settling);
    }
    if (error == ErrorCode::none) continue;
    fetched[i] = FetchedGroup{};
    fetched[i].group_id = groups[i].group_id;
    fetched[i].error_code = code_of(fetch_error(error));
  }
  if (is_old) {
    answer_old_request(old_group, fetched[0], context.api_version, arena, response);
  } else {
    response.groups = fetched;
  }
}

Task<> GroupService::delete_offsets(const RequestContext& context,
                                    const wire::OffsetDeleteRequest& request, wire::Arena& arena,
                                    wire::OffsetDeleteResponse& response) {
  const auto [host, not_here] = impl_->find(request.group_id, Impl::EmptyId::refused);
  ErrorCode error = not_here;
  if (host != nullptr) {
    Output out;
    host->kernel().delete_offsets(impl_->call(context, *host), request, arena, response, out);
    error = host->take(out);
    if (error == ErrorCode::none) {
      auto settling = host->settled(host->tail());
      error = co_await std::move(settling);
    }
  }
  if (error == ErrorCode::none) co_return;
  response = wire::OffsetDeleteResponse{};
  response.error_code = code_of(error);
}

}  // namespace weir::coordinator
