#include "weir/admin.h"

#include "app/clientlib/admin_core.h"
#include "app/clientlib/client_impl.h"
#include "app/clientlib/configuration.h"

namespace weir {

using InnerAdmin = client::Admin;

std::expected<Admin, Failure> Client::admin() const { return admin(AdminOptions()); }

std::expected<Admin, Failure> Client::admin(const AdminOptions& options) const {
  TRY_ASSIGN(const auto config, clientlib::configured(impl_->config, options));
  return Admin(std::make_shared<Admin::Impl>(impl_->engine, config.cluster, config.call_timeout()));
}

Admin::Admin(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Admin::Admin(Admin&&) noexcept = default;
Admin& Admin::operator=(Admin&&) noexcept = default;
Admin::~Admin() = default;

// --- topics ---

Future<CreatedTopic> Admin::create_topic(NewTopic topic) {
  return impl_->ask_one<CreatedTopic>(
      [inner = clientlib::inner_of(std::move(topic))](InnerAdmin& admin, env::Instant deadline) {
        return admin.create_topics({inner}, false, deadline);
      });
}

Future<PerItem<std::string, CreatedTopic>> Admin::create_topics(std::vector<NewTopic> topics,
                                                                bool validate_only) {
  std::vector<client::NewTopic> inner;
  for (NewTopic& each : topics) inner.push_back(clientlib::inner_of(std::move(each)));
  return impl_->ask<PerItem<std::string, CreatedTopic>>(
      [inner = std::move(inner), validate_only](InnerAdmin& admin, env::Instant deadline) {
        return admin.create_topics(inner, validate_only, deadline);
      });
}

Future<> Admin::delete_topic(std::string name) {
  return impl_->ask_one<void>([name = std::move(name)](InnerAdmin& admin, env::Instant deadline) {
    return admin.delete_topics({name}, deadline);
  });
}

Future<PerItem<std::string>> Admin::delete_topics(std::vector<std::string> names) {
  return impl_->ask<PerItem<std::string>>(
      [names = std::move(names)](InnerAdmin& admin, env::Instant deadline) {
        return admin.delete_topics(names, deadline);
      });
}

Future<PerItem<std::string>> Admin::create_partitions(std::map<std::string, NewPartitions> topics,
                                                      bool validate_only) {
  std::map<std::string, client::NewPartitions> inner;
  for (auto& [name, each] : topics) inner.emplace(name, clientlib::inner_of(std::move(each)));
  return impl_->ask<PerItem<std::string>>(
      [inner = std::move(inner), validate_only](InnerAdmin& admin, env::Instant deadline) {
        return admin.create_partitions(inner, validate_only, deadline);
      });
}

Future<std::map<std::string, TopicListing>> Admin::list_topics(bool internal_too) {
  return impl_->ask<std::map<std::string, TopicListing>>(
      [internal_too](InnerAdmin& admin, env::Instant deadline) {
        return admin.list_topics(internal_too, deadline);
      });
}

Future<PerItem<std::string, TopicDescription>> Admin::describe_topics(
    std::vector<std::string> names) {
  return impl_->ask<PerItem<std::string, TopicDescription>>(
      [names = std::move(names)](InnerAdmin& admin, env::Instant deadline) {
        return admin.describe_topics(names, deadline);
      });
}

Future<PerItem<std::string, TopicDescription>> Admin::describe_topics_by_id(
    std::vector<std::string> ids) {
  using Described = PerItem<std::string, TopicDescription>;
  std::vector<Uuid> wanted;
  for (const std::string& id : ids) {
    const auto parsed = Uuid::parse(id);
    if (!parsed) {
      return Future<Described>::ready(std::unexpected(clientlib::failure_of(parsed.error())));
    }
    wanted.push_back(*parsed);
  }
  return impl_->ask<Described>(
      [wanted = std::move(wanted)](InnerAdmin& admin, env::Instant deadline) {
        return admin.describe_topics_by_id(wanted, deadline);
      },
      [](const client::PerItem<Uuid, client::TopicDescription>& answer)
          -> std::expected<Described, Failure> {
        Described described;
        for (const auto& [id, outcome] : answer) {
          described.emplace(id.text(), clientlib::public_of(outcome));
        }
        return described;
      });
}

// --- configs ---

Future<PerItem<ConfigResource, std::vector<ConfigEntry>>> Admin::describe_configs(
    std::vector<ConfigResource> resources, std::vector<std::string> names, bool documentation) {
  std::vector<client::ConfigResource> inner;
  for (const ConfigResource& each : resources) inner.push_back(clientlib::inner_of(each));
  client::DescribeConfigsOptions options{.names = std::move(names), .documentation = documentation};
  return impl_->ask<PerItem<ConfigResource, std::vector<ConfigEntry>>>(
      [inner = std::move(inner), options = std::move(options)](InnerAdmin& admin,
                                                               env::Instant deadline) {
        return admin.describe_configs(inner, options, deadline);
      });
}

Future<PerItem<ConfigResource>> Admin::alter_configs(
    std::map<ConfigResource, std::vector<ConfigChange>> changes, bool validate_only) {
  std::map<client::ConfigResource, std::vector<client::ConfigAlteration>> inner;
  for (auto& [resource, list] : changes) {
    auto& converted = inner[clientlib::inner_of(resource)];
    for (ConfigChange& each : list) {
      converted.push_back({.name = std::move(each.name),
                           .operation = static_cast<client::AlterOperation>(each.operation),
                           .value = std::move(each.value)});
    }
  }
  return impl_->ask<PerItem<ConfigResource>>(
      [inner = std::move(inner), validate_only](InnerAdmin& admin, env::Instant deadline) {
        return admin.alter_configs(inner, validate_only, deadline);
      });
}

// --- records ---

Future<PerItem<TopicPartition, ListedOffset>> Admin::list_offsets(
    std::map<TopicPartition, OffsetSpec> partitions, bool read_committed) {
  std::map<client::TopicPartition, client::OffsetSpec> inner;
  for (const auto& [partition, spec] : partitions) {
    inner[clientlib::inner_of(partition)] = client::OffsetSpec{spec.kafka_timestamp()};
  }
  const auto isolation = read_committed ? client::IsolationLevel::read_committed
                                        : client::IsolationLevel::read_uncommitted;
  return impl_->ask<PerItem<TopicPartition, ListedOffset>>(
      [inner = std::move(inner), isolation](InnerAdmin& admin, env::Instant deadline) {
        return admin.list_offsets(inner, isolation, deadline);
      });
}

Future<PerItem<TopicPartition, std::int64_t>> Admin::delete_records(
    std::map<TopicPartition, std::int64_t> before) {
  std::map<client::TopicPartition, Offset> inner;
  for (const auto& [partition, offset] : before) inner[clientlib::inner_of(partition)] = offset;
  return impl_->ask<PerItem<TopicPartition, std::int64_t>>(
      [inner = std::move(inner)](InnerAdmin& admin, env::Instant deadline) {
        return admin.delete_records(inner, deadline);
      });
}

// --- cluster ---

Future<ClusterDescription> Admin::describe_cluster(bool fenced_too) {
  return impl_->ask<ClusterDescription>([fenced_too](InnerAdmin& admin, env::Instant deadline) {
    return admin.describe_cluster(fenced_too, deadline);
  });
}

Future<QuorumDescription> Admin::describe_quorum() {
  return impl_->ask<QuorumDescription>(
      [](InnerAdmin& admin, env::Instant deadline) { return admin.describe_quorum(deadline); });
}

Future<PerItem<std::int32_t, std::map<std::string, LogDirDescription>>> Admin::describe_log_dirs(
    std::optional<std::vector<std::int32_t>> brokers) {
  return impl_->ask<PerItem<std::int32_t, std::map<std::string, LogDirDescription>>>(
      [brokers = std::move(brokers)](InnerAdmin& admin, env::Instant deadline) {
        return admin.describe_log_dirs(brokers, std::nullopt, deadline);
      });
}

}  // namespace weir
