#include "app/cli/consume_range.h"

#include <algorithm>

namespace weir::app {
namespace {

using Found = client::PerItem<client::TopicPartition, client::ListedOffset>;

struct Ends {
  Offset first = 0, last = 0;
};

Task<Found> list(Session& session, std::vector<client::TopicPartition> partitions,
                 client::OffsetSpec spec, client::IsolationLevel isolation) {
  std::map<client::TopicPartition, client::OffsetSpec> asked;
  for (client::TopicPartition& of : partitions) asked[std::move(of)] = spec;
  auto listing = session.admin.list_offsets(std::move(asked), isolation, session.deadline());
  co_return co_await std::move(listing);
}

// `at_time`: of the time that the position names; -1: no record is that young.
Offset offset_of(const Position& position, const Ends& ends, Offset at_time) {
  using Kind = Position::Kind;
  switch (position.kind) {
    case Kind::start:
    case Kind::stored:
      return ends.first;
    case Kind::end:
      return ends.last;
    case Kind::offset:
      return std::max(position.number, ends.first);
    case Kind::before_end:
      return std::max(ends.last - position.number, ends.first);
    case Kind::time:
      return at_time == no_offset ? ends.last : std::max(at_time, ends.first);
  }
  return ends.first;
}

}  // namespace

Task<client::Outcome<RangeBounds>> resolve_range(Session& session,
                                                 std::vector<client::TopicPartition> partitions,
                                                 PositionRange range, bool committed_only) {
  const auto isolation = committed_only ? client::IsolationLevel::read_committed
                                        : client::IsolationLevel::read_uncommitted;
  auto first = list(session, partitions, client::OffsetSpec::earliest(), isolation);
  const Found firsts = co_await std::move(first);
  auto last = list(session, partitions, client::OffsetSpec::latest(), isolation);
  const Found lasts = co_await std::move(last);
  const auto times = [&](const std::optional<Position>& position) {
    const bool is_time = position && position->kind == Position::Kind::time;
    return list(session, is_time ? partitions : std::vector<client::TopicPartition>{},
                client::OffsetSpec::at(is_time ? position->number : 0), isolation);
  };
  auto from_times = times(range.from);
  const Found froms = co_await std::move(from_times);
  auto to_times = times(range.to);
  const Found tos = co_await std::move(to_times);
  RangeBounds bounds;
  for (const client::TopicPartition& of : partitions) {
    for (const Found* found : {&firsts, &lasts, &froms, &tos}) {
      const auto at = found->find(of);
      if (at != found->end() && !at->second) co_return std::unexpected(at->second.error());
    }
    const Ends ends{firsts.at(of)->offset, lasts.at(of)->offset};
    const auto at_time = [&](const Found& found) {
      const auto at = found.find(of);
      return at == found.end() ? no_offset : at->second->offset;
    };
    bounds[of] = {offset_of(range.from, ends, at_time(froms)),
                  range.to ? offset_of(*range.to, ends, at_time(tos)) : ends.last, ends.last};
  }
  co_return bounds;
}

}  // namespace weir::app
