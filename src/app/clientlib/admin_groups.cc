#include "app/clientlib/admin_core.h"
#include "weir/admin.h"

namespace weir {

using InnerAdmin = client::Admin;

Future<std::map<std::string, GroupListing>> Admin::list_groups() {
  return impl_->ask<std::map<std::string, GroupListing>>(
      [](InnerAdmin& admin, env::Instant deadline) {
        return admin.list_groups(client::GroupFilter(), deadline);
      });
}

Future<PerItem<std::string, GroupDescription>> Admin::describe_groups(
    std::vector<std::string> groups) {
  return impl_->ask<PerItem<std::string, GroupDescription>>(
      [groups = std::move(groups)](InnerAdmin& admin, env::Instant deadline) {
        return admin.describe_groups(groups, deadline);
      });
}

Future<PerItem<std::string>> Admin::delete_groups(std::vector<std::string> groups) {
  return impl_->ask<PerItem<std::string>>(
      [groups = std::move(groups)](InnerAdmin& admin, env::Instant deadline) {
        return admin.delete_groups(groups, deadline);
      });
}

Future<std::vector<std::expected<void, Failure>>> Admin::remove_members(
    std::string group, std::vector<MemberToRemove> members, std::string reason) {
  std::vector<client::MemberToRemove> inner;
  for (MemberToRemove& each : members) {
    inner.push_back({.id = std::move(each.id), .instance_id = std::move(each.instance_id)});
  }
  return impl_->ask<std::vector<std::expected<void, Failure>>>(
      [group = std::move(group), inner = std::move(inner), reason = std::move(reason)](
          InnerAdmin& admin, env::Instant deadline) {
        return admin.remove_members(group, inner, reason, deadline);
      });
}

Future<PerItem<TopicPartition, CommittedOffset>> Admin::committed_offsets(
    std::string group, std::optional<std::vector<TopicPartition>> partitions) {
  std::optional<std::vector<client::TopicPartition>> inner;
  if (partitions) inner = clientlib::inner_of(*partitions);
  return impl_->ask<PerItem<TopicPartition, CommittedOffset>>(
      [group = std::move(group), inner = std::move(inner)](InnerAdmin& admin,
                                                           env::Instant deadline) {
        return admin.committed_offsets(group, inner, false, deadline);
      });
}

Future<PerItem<TopicPartition>> Admin::alter_offsets(
    std::string group, std::map<TopicPartition, CommittedOffset> offsets) {
  std::map<client::TopicPartition, client::CommittedOffset> inner;
  for (const auto& [partition, offset] : offsets) {
    inner[clientlib::inner_of(partition)] = clientlib::inner_of(offset);
  }
  return impl_->ask<PerItem<TopicPartition>>([group = std::move(group), inner = std::move(inner)](
                                                 InnerAdmin& admin, env::Instant deadline) {
    return admin.alter_offsets(group, inner, deadline);
  });
}

Future<PerItem<TopicPartition>> Admin::delete_offsets(std::string group,
                                                      std::vector<TopicPartition> partitions) {
  return impl_->ask<PerItem<TopicPartition>>(
      [group = std::move(group), inner = clientlib::inner_of(partitions)](InnerAdmin& admin,
                                                                          env::Instant deadline) {
        return admin.delete_offsets(group, inner, deadline);
      });
}

}  // namespace weir
