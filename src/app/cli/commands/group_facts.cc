#include "app/cli/commands/group_facts.h"

namespace weir::app {

void LagSum::add(const GroupPartition& partition) {
  ++partitions;
  const auto more = partition.lag();
  lag = lag && more ? std::optional(*lag + *more) : std::nullopt;
}

Task<client::Outcome<std::vector<GroupPartition>>> group_partitions(
    Session& session, std::string group, std::vector<client::TopicPartition> assigned) {
  auto asking =
      session.admin.committed_offsets(std::move(group), std::nullopt, false, session.deadline());
  CO_TRY_ASSIGN(const auto committed, co_await std::move(asking));
  std::map<client::TopicPartition, GroupPartition> all;
  for (const client::TopicPartition& of : assigned) all[of].of = of;
  for (const auto& [of, outcome] : committed) {
    GroupPartition& partition = all[of];
    partition.of = of;
    if (!outcome || outcome->offset == no_offset) continue;
    partition.committed = outcome->offset;
    partition.metadata = outcome->metadata;
  }
  std::map<client::TopicPartition, client::OffsetSpec> first, last;
  for (const auto& [of, partition] : all) {
    first[of] = client::OffsetSpec::earliest();
    last[of] = client::OffsetSpec::latest();
  }
  constexpr auto isolation = client::IsolationLevel::read_uncommitted;
  auto listing_first = session.admin.list_offsets(std::move(first), isolation, session.deadline());
  const auto firsts = co_await std::move(listing_first);
  auto listing_last = session.admin.list_offsets(std::move(last), isolation, session.deadline());
  const auto lasts = co_await std::move(listing_last);
  std::vector<GroupPartition> partitions;
  for (auto& [of, partition] : all) {
    if (const auto& found = firsts.at(of)) partition.first = found->offset;
    if (const auto& found = lasts.at(of)) partition.last = found->offset;
    partitions.push_back(std::move(partition));
  }
  co_return partitions;
}

}  // namespace weir::app
