// weir cluster info, health, quorum, log-dirs.

#include <fmt/format.h>

#include <algorithm>

#include "app/cli/commands/changes.h"
#include "app/cli/commands/commands.h"
#include "app/cli/commands/health.h"

namespace weir::app {
namespace {

class ClusterInfo final : public ClientCommand {
 public:
  std::string_view name() const override { return "cluster info"; }
  std::string_view summary() const override {
    return "Shows the cluster, its brokers and features";
  }

 private:
  void describe_own(Options&) override {}

  Task<Exit> run_in(Session& session) override {
    auto describing = session.admin.describe_cluster(true, session.deadline());
    const auto cluster = co_await std::move(describing);
    if (!cluster) co_return session.complain("", cluster.error());
    Report report;
    report.record("",
                  {{"cluster_id", cluster->id}, {"controller", std::int64_t{cluster->controller}}});
    Section& table =
        report.table("brokers", {{"broker"}, {"host"}, {"port"}, {"rack"}, {"fenced"}});
    for (const client::BrokerDescription& broker : cluster->brokers) {
      table.add({std::int64_t{broker.id}, broker.address.host, std::int64_t{broker.address.port},
                 broker.rack ? Cell{*broker.rack} : Cell{}, broker.fenced});
    }
    auto asking = session.admin.api_versions(std::nullopt, session.deadline());
    const auto versions = co_await std::move(asking);
    if (!versions) co_return session.complain("", versions.error());
    Section& features = report.table("features", {{"feature"}, {"level"}});
    for (const auto& [broker, found] : *versions) {
      if (!found) continue;
      for (const auto& [feature, range] : found->finalized) {
        features.add({feature, std::int64_t{range.max}});
      }
      break;
    }
    auto showing = session.show(report);
    co_return co_await std::move(showing) ? Exit::done : Exit::failed;
  }
};

class ClusterHealth final : public ClientCommand {
 public:
  std::string_view name() const override { return "cluster health"; }
  std::string_view summary() const override {
    return "Says whether every broker and partition is in service; exit code 1 if not";
  }

 private:
  void describe_own(Options&) override {}

  Task<Exit> run_in(Session& session) override {
    auto describing = session.admin.describe_cluster(true, session.deadline());
    const auto cluster = co_await std::move(describing);
    if (!cluster) co_return session.complain("", cluster.error());
    auto listing = session.admin.list_topics(true, session.deadline());
    const auto topics = co_await std::move(listing);
    if (!topics) co_return session.complain("", topics.error());
    std::vector<std::string> names;
    for (const auto& [topic, listed] : *topics) names.push_back(topic);
    auto describing_topics = session.admin.describe_topics(std::move(names), session.deadline());
    const auto described = co_await std::move(describing_topics);
    const auto health = health_of(*cluster, described);
    if (!health) co_return session.complain("", health.error());
    Report report;
    report.record("", {{"healthy", health->is_good()},
                       {"brokers", health->brokers},
                       {"fenced_brokers", health->fenced_brokers},
                       {"partitions", health->partitions},
                       {"leaderless_partitions", health->leaderless_partitions},
                       {"under_replicated_partitions", health->under_replicated_partitions}});
    auto showing = session.show(report);
    if (!co_await std::move(showing)) co_return Exit::failed;
    co_return health->exit();
  }
};

class ClusterQuorum final : public ClientCommand {
 public:
  std::string_view name() const override { return "cluster quorum"; }
  std::string_view summary() const override { return "Shows the quorum of the controllers"; }

 private:
  void describe_own(Options&) override {}

  static void put(Section& table, const client::QuorumDescription& quorum,
                  const std::vector<client::QuorumReplica>& replicas, std::string_view status) {
    const auto leader = std::ranges::find(replicas, quorum.leader, &client::QuorumReplica::id);
    const Offset end = leader == replicas.end() ? quorum.high_watermark : leader->log_end;
    for (const client::QuorumReplica& replica : replicas) {
      const bool is_leader = replica.id == quorum.leader;
      table.add({std::int64_t{replica.id}, is_leader ? "leader" : std::string(status),
                 replica.directory.is_zero() ? Cell{} : Cell{replica.directory.text()},
                 replica.log_end, std::max<std::int64_t>(0, end - replica.log_end),
                 replica.last_caught_up < 0 ? Cell{} : Cell{Time{replica.last_caught_up}}});
    }
  }

  Task<Exit> run_in(Session& session) override {
    auto describing = session.admin.describe_quorum(session.deadline());
    const auto quorum = co_await std::move(describing);
    if (!quorum) co_return session.complain("", quorum.error());
    Report report;
    report.record("", {{"leader", std::int64_t{quorum->leader}},
                       {"leader_epoch", std::int64_t{quorum->leader_epoch}},
                       {"high_watermark", quorum->high_watermark}});
    Section& table = report.table("replicas", {{"node"},
                                               {"status"},
                                               {"directory", true},
                                               {"log_end_offset"},
                                               {"lag"},
                                               {"last_caught_up"}});
    put(table, *quorum, quorum->voters, "follower");
    put(table, *quorum, quorum->observers, "observer");
    auto showing = session.show(report);
    co_return co_await std::move(showing) ? Exit::done : Exit::failed;
  }
};

class ClusterLogDirs final : public ClientCommand {
 public:
  std::string_view name() const override { return "cluster log-dirs"; }
  std::string_view summary() const override {
    return "Shows what takes room in the brokers' directories";
  }

 private:
  void describe_own(Options& options) override {
    options.argument("TOPIC", topics_, "only these topics", false).completes = Completes::topics;
  }

  Task<Exit> run_in(Session& session) override {
    std::optional<std::vector<client::TopicPartition>> wanted;
    Exits exits;
    if (!topics_.empty()) {
      std::vector<PartitionWord> words;
      for (const std::string& topic : topics_) words.push_back({topic, {}});
      auto finding = existing_partitions(session, std::move(words), exits);
      wanted = co_await std::move(finding);
      if (wanted->empty()) co_return exits.result();
    }
    auto describing = session.admin.describe_log_dirs(std::nullopt, wanted, session.deadline());
    const auto described = co_await std::move(describing);
    if (!described) co_return session.complain("", described.error());
    Report report;
    Section& directories = report.table(
        "directories", {{"broker"}, {"directory"}, {"error"}, {"replicas"}, {"size"}, {"usable"}});
    std::vector<std::vector<Cell>> rows;
    for (const auto& [broker, found] : *described) {
      if (!found) {
        exits.add(session.complain("", found.error()));
        continue;
      }
      exits.add(Exit::done);
      for (const auto& [path, directory] : *found) {
        std::uint64_t bytes = 0;
        for (const client::LogDirReplica& replica : directory.replicas) {
          bytes += static_cast<std::uint64_t>(replica.bytes);
          rows.push_back({std::int64_t{broker}, replica.of.topic,
                          std::int64_t{replica.of.partition},
                          Size{static_cast<std::uint64_t>(replica.bytes)}, replica.offset_lag,
                          replica.is_future, path});
        }
        const bool is_good = directory.error == wire::ErrorCode::none;
        directories.add(
            {std::int64_t{broker}, path,
             is_good ? Cell{} : Cell{std::string(wire::error_info(directory.error).name)},
             static_cast<std::int64_t>(directory.replicas.size()), Size{bytes},
             directory.usable_bytes
                 ? Cell{Size{static_cast<std::uint64_t>(*directory.usable_bytes)}}
                 : Cell{}});
      }
    }
    Section& replicas = report.table("replicas", {{"broker"},
                                                  {"topic"},
                                                  {"partition"},
                                                  {"size"},
                                                  {"offset_lag", true},
                                                  {"future", true},
                                                  {"directory", true}});
    replicas.rows = std::move(rows);
    replicas.in_csv = true;
    auto showing = session.show(report);
    if (!co_await std::move(showing)) co_return Exit::failed;
    co_return exits.result();
  }

  std::vector<std::string> topics_;
};

}  // namespace

void add_cluster_commands(Commands& commands) {
  commands.push_back(std::make_unique<ClusterInfo>());
  commands.push_back(std::make_unique<ClusterHealth>());
  commands.push_back(std::make_unique<ClusterQuorum>());
  commands.push_back(std::make_unique<ClusterLogDirs>());
}

}  // namespace weir::app
