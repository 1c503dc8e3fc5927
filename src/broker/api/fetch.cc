// Fetch: batches as they lie in the files (KIP-74, 227, 320, 516, 595, 951). The answer names file
// ranges, which the connection sends from the page cache; ranges that are not in it are read first,
// off the shard.

#include "wire/message/fetch_request.h"
#include "wire/message/fetch_response.h"

#include <algorithm>

#include "base/offload.h"
#include "broker/api/endpoints.h"
#include "broker/api/typed.h"
#include "broker/fetch/fetch_item.h"
#include "broker/fetch/fetch_wait.h"
#include "broker/spread.h"

namespace weir::broker::api {
namespace {

using wire::ErrorCode;
using wire::FetchRequest;
using wire::FetchResponse;

constexpr std::int32_t initial_epoch = 0;
constexpr std::int32_t final_epoch = -1;

std::vector<broker::FetchPartition> partitions_of(const FetchRequest& body) {
  std::vector<broker::FetchPartition> partitions;
  for (const auto& topic : body.topics) {
    for (const auto& asked : topic.partitions) {
      broker::FetchPartition& partition = partitions.emplace_back();
      partition.topic = topic.topic.str();
      partition.topic_id = topic.topic_id;
      partition.partition = asked.partition;
      partition.current_leader_epoch = asked.current_leader_epoch;
      partition.fetch_offset = asked.fetch_offset;
      partition.last_fetched_epoch = asked.last_fetched_epoch;
      partition.partition_max_bytes = asked.partition_max_bytes;
    }
  }
  return partitions;
}

// What a fetch is served from: a session's partitions, or the request's own.
struct Context {
  FetchSession* session = nullptr;
  bool is_new_session = false;
  std::vector<broker::FetchPartition> own;
  ErrorCode error = ErrorCode::none;

  std::vector<broker::FetchPartition>& partitions() { return session ? session->partitions : own; }
  bool is_incremental() const { return session && !is_new_session; }
};

env::ShardId session_shard(const Shard& shard, std::int32_t id) {
  return FetchSessions::shard_of(id, static_cast<std::uint32_t>(shard.node.shard_count()));
}

Task<Unit> remove_session(Shard& there, std::int32_t id) {
  there.fetch_sessions.remove(id);
  co_return Unit{};
}

using Resumed = std::expected<FetchSession*, ErrorCode>;

Task<Resumed> resume_session(Shard& there, std::int32_t id, std::int32_t epoch, bool by_topic_id) {
  co_return there.fetch_sessions.resume(id, epoch, by_topic_id, there.env.clock.now());
}

Task<Unit> give_session_back(Shard& there, FetchSession& session) {
  there.fetch_sessions.give_back(session);
  co_return Unit{};
}

void apply_to_session(const FetchRequest& body, FetchSession& session) {
  for (const auto& topic : body.forgotten_topics_data) {
    for (const PartitionIndex index : topic.partitions) {
      broker::FetchPartition gone;
      gone.topic = topic.topic.str();
      gone.topic_id = topic.topic_id;
      gone.partition = index;
      session.forget(gone);
    }
  }
  session.update(partitions_of(body));
}

Task<> open_context(Request& request, const FetchRequest& body, Context& context) {
  Shard& shard = *request.shard;
  const bool is_full = body.session_epoch == initial_epoch || body.session_epoch == final_epoch;
  if (!is_full) {
    const env::ShardId owner = session_shard(shard, body.session_id);
    Shard& there = shard.node.shard(owner);
    const bool by_topic_id = request.version >= 13;
    const Resumed resumed = co_await on_shard<Resumed>(shard, owner, [&there, &body, by_topic_id] {
      return resume_session(there, body.session_id, body.session_epoch, by_topic_id);
    });
    if (!resumed) {
      context.error = resumed.error();
      co_return;
    }
    context.session = *resumed;
    apply_to_session(body, *context.session);
    co_return;
  }
  if (body.session_id != 0) {
    const env::ShardId owner = session_shard(shard, body.session_id);
    Shard& there = shard.node.shard(owner);
    const std::int32_t id = body.session_id;
    co_await on_shard<Unit>(shard, owner, [&there, id] { return remove_session(there, id); });
  }
  context.own = partitions_of(body);
  if (body.session_epoch == final_epoch || context.own.empty()) co_return;
  context.session = shard.fetch_sessions.create(context.own, request.version >= 13,
                                                shard.env.clock.now(), shard.env.random);
  context.is_new_session = context.session != nullptr;
}

Task<> close_context(Request& request, Context& context) {
  if (!context.session) co_return;
  const env::ShardId owner = session_shard(*request.shard, context.session->id);
  Shard& there = request.shard->node.shard(owner);
  FetchSession& session = *context.session;
  co_await on_shard<Unit>(*request.shard, owner,
                          [&there, &session] { return give_session_back(there, session); });
}

// Topics by name or id, as this shard's image has them now.
void resolve(const Request& request, bool from_follower, FetchItem& item) {
  const weir::metadata::Image& image = request.shard->image();
  const bool by_id = request.version >= 13;
  const weir::metadata::Topic* topic =
      by_id ? image.topic(item.asked->topic_id) : image.topic(std::string_view(item.asked->topic));
  item.is_known = false;
  if (!topic) {
    item.error = by_id ? ErrorCode::unknown_topic_id : ErrorCode::unknown_topic_or_partition;
  } else if (!topic->partition(item.asked->partition)) {
    item.error = ErrorCode::unknown_topic_or_partition;
  } else if (from_follower) {
    item.error = ErrorCode::not_leader_or_follower;  // no replica of ours is at another broker
  } else {
    item.is_known = true;
    item.id = {topic->id, item.asked->partition};
  }
}

// Each shard kept to the limit by itself; now the answer as a whole is cut to it, and no answer but
// the first with data carries half a batch at its front.
std::uint64_t cut_to_limit(std::vector<FetchItem>& items, std::uint64_t bytes_max) {
  std::uint64_t total = 0;
  for (FetchItem& item : items) {
    if (item.records.size == 0) continue;
    const std::uint64_t left = total < bytes_max ? bytes_max - total : 0;
    const std::uint64_t least = total == 0 ? item.first_batch_bytes : 0;
    item.records.size = std::min(item.records.size, std::max(left, least));
    if (item.records.size < item.first_batch_bytes) item.records = {};
    total += item.records.size;
  }
  return total;
}

bool must_answer(const std::vector<FetchItem>& items) {
  return std::ranges::any_of(items, [](const FetchItem& item) {
    return item.error != ErrorCode::none || item.diverging_epoch.has_value();
  });
}

Task<> read_until_enough(Request& request, const FetchRequest& body, const FetchLimits& limits,
                         std::vector<FetchItem>& items) {
  Shard& shard = *request.shard;
  std::vector<FetchItem*> known;
  for (FetchItem& item : items) {
    if (item.is_known) known.push_back(&item);
  }
  const env::Instant deadline =
      shard.env.clock.now() + std::chrono::milliseconds(std::max(body.max_wait_ms, 0));
  const auto enough = static_cast<std::uint64_t>(std::max(body.min_bytes, 0));
  FetchWait wait(request, limits.isolation);
  const auto read = [limits](Shard& there, std::span<FetchItem* const> part) {
    return read_items(there, part, limits);
  };
  for (;;) {
    co_await visit_by_shard(shard, std::span<FetchItem* const>(known), read);
    const std::uint64_t bytes = cut_to_limit(items, limits.bytes_max);
    if (bytes >= enough || items.empty() || must_answer(items)) co_return;
    if (wait.is_cancelled() || shard.env.clock.now() >= deadline) co_return;
    co_await wait.until_change(std::span<FetchItem* const>(known), deadline);
  }
}

// Brings ranges that are not in the page cache there, so that sending does not block the shard.
Task<> warm_up(Shard& shard, const std::vector<FetchItem>& items) {
  std::vector<env::FileRange> cold;
  for (const FetchItem& item : items) {
    const env::FileRange& range = item.records;
    if (range.size > 0 && !range.file->is_cached(range.position, range.size)) cold.push_back(range);
  }
  if (cold.empty()) co_return;
  co_await offload(shard.env.executor, [&cold] {
    std::vector<std::byte> scratch(std::size_t{1} << 18);
    for (const env::FileRange& range : cold) {
      for (std::uint64_t done = 0; done < range.size;) {
        const auto n = std::min<std::uint64_t>(scratch.size(), range.size - done);
        const auto got = range.file->read_at(range.position + done, MutableBytes(scratch).first(n));
        if (!got || *got == 0) break;  // sending will find the same
        done += *got;
      }
    }
    return Unit{};
  });
}

bool has_news(const FetchItem& item) {
  return item.records.size > 0 || item.error != ErrorCode::none || item.diverging_epoch ||
         item.high_watermark != item.asked->sent_high_watermark ||
         item.log_start_offset != item.asked->sent_log_start_offset;
}

FetchResponse::PartitionData answer_for(Request& request, FetchItem& item,
                                        std::vector<BrokerId>& leaders) {
  FetchResponse::PartitionData answer;
  answer.partition_index = item.asked->partition;
  answer.error_code = code(item.error);
  answer.high_watermark = item.high_watermark;
  answer.last_stable_offset = item.last_stable_offset;
  answer.log_start_offset = item.log_start_offset;
  if (item.diverging_epoch) {
    answer.diverging_epoch.epoch = item.diverging_epoch->epoch;
    answer.diverging_epoch.end_offset = item.diverging_epoch->end_offset;
  }
  answer.aborted_transactions = wire::Array<FetchResponse::AbortedTransaction>::null();
  if (item.has_aborted) {
    answer.aborted_transactions =
        request.arena.array<FetchResponse::AbortedTransaction>(item.aborted.size());
    for (std::size_t i = 0; i < item.aborted.size(); ++i) {
      answer.aborted_transactions[i].producer_id = item.aborted[i].producer_id;
      answer.aborted_transactions[i].first_offset = item.aborted[i].first_offset;
    }
  }
  if (item.records.size > 0) {
    answer.records = wire::Records::external(static_cast<std::uint32_t>(item.records.size));
    request.files.push_back(item.records);
  }
  if (request.version >= 16 && item.error == ErrorCode::not_leader_or_follower && item.is_known) {
    const weir::metadata::Topic* topic = request.shard->image().topic(item.id.topic_id);
    const weir::metadata::Partition* partition =
        topic ? topic->partition(item.id.partition) : nullptr;
    if (partition && partition->leader != no_broker) {
      answer.current_leader.leader_id = partition->leader;
      answer.current_leader.leader_epoch = partition->leader_epoch;
      leaders.push_back(partition->leader);
    }
  }
  return answer;
}

// Items of one topic that follow each other become one topic of the answer.
void write_answer(Request& request, std::vector<FetchItem*>& told, FetchResponse& response) {
  std::vector<FetchResponse::FetchableTopicResponse> topics;
  std::vector<BrokerId> leaders;
  for (std::size_t i = 0; i < told.size();) {
    const broker::FetchPartition& first = *told[i]->asked;
    std::size_t end = i;
    while (end < told.size() && told[end]->asked->topic == first.topic &&
           told[end]->asked->topic_id == first.topic_id) {
      ++end;
    }
    auto& topic = topics.emplace_back();
    topic.topic = request.arena.copy(std::string_view(first.topic));
    topic.topic_id = first.topic_id;
    topic.partitions = request.arena.array<FetchResponse::PartitionData>(end - i);
    for (std::size_t p = 0; i < end; ++i, ++p) {
      topic.partitions[p] = answer_for(request, *told[i], leaders);
    }
  }
  response.responses =
      request.arena.copy(std::span<const FetchResponse::FetchableTopicResponse>(topics));
  if (!leaders.empty()) {
    response.node_endpoints = node_endpoints<FetchResponse::NodeEndpoint>(request, leaders);
  }
}

// Remembers what the session's client will know, and lets partitions that gave data go last next
// time.
void remember_in_session(FetchSession& session, std::vector<FetchItem*>& told) {
  for (FetchItem* item : told) {
    // An error told none (KIP-227): it goes out again when the error is over.
    item->asked->sent_high_watermark =
        item->error == ErrorCode::none ? item->high_watermark : no_offset;
    item->asked->sent_log_start_offset = item->log_start_offset;
  }
  std::vector<bool> gave(session.partitions.size());
  for (const FetchItem* item : told) {
    if (item->records.size > 0) {
      gave[static_cast<std::size_t>(item->asked - session.partitions.data())] = true;
    }
  }
  std::vector<broker::FetchPartition> order;
  order.reserve(session.partitions.size());
  for (const bool last : {false, true}) {
    for (std::size_t i = 0; i < gave.size(); ++i) {
      if (gave[i] == last) order.push_back(std::move(session.partitions[i]));
    }
  }
  session.partitions = std::move(order);
}

bool is_from_follower(const FetchRequest& body) {
  return body.replica_id >= 0 || body.replica_state.replica_id >= 0;
}

Task<> handle(Request& request, const FetchRequest& body, FetchResponse& response) {
  Context context;
  co_await open_context(request, body, context);
  if (context.error != ErrorCode::none) {
    response.error_code = code(context.error);
    co_return;
  }
  std::vector<FetchItem> items(context.partitions().size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].asked = &context.partitions()[i];
    resolve(request, is_from_follower(body), items[i]);
  }
  const FetchLimits limits{.isolation = body.isolation_level == 1 ? Isolation::read_committed
                                                                  : Isolation::read_uncommitted,
                           .bytes_max = static_cast<std::uint32_t>(std::clamp(
                               body.max_bytes, 0, request.shard->settings().fetch.fetch_max_bytes)),
                           .checks_divergence = request.version >= 12};
  co_await read_until_enough(request, body, limits, items);
  co_await warm_up(*request.shard, items);

  std::vector<FetchItem*> told;
  for (FetchItem& item : items) {
    if (!context.is_incremental() || has_news(item)) told.push_back(&item);
  }
  response.session_id = context.session ? context.session->id : 0;
  write_answer(request, told, response);
  if (context.session) remember_in_session(*context.session, told);
  co_await close_context(request, context);
}

}  // namespace

const Api fetch{wire::ApiKey::fetch, serve_typed<FetchRequest, FetchResponse, handle>};

}  // namespace weir::broker::api
