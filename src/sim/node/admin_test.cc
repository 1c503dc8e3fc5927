// Everything an administrator asks, of a whole node.

#include "client/admin/admin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/node/group_member.h"
#include "sim/node/one_node_test_support.h"
#include "wire/message/consumer_protocol_assignment.h"
#include "wire/message/consumer_protocol_subscription.h"
#include "wire/message/join_group_request.h"
#include "wire/message/join_group_response.h"
#include "wire/message/sync_group_request.h"
#include "wire/message/sync_group_response.h"

namespace weir::sim {
namespace {

using client::Admin;
using client::Cluster;
using client::ConfigResource;
using client::ConfigResourceType;
using client::IsolationLevel;
using client::OffsetSpec;
using client::Outcome;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using wire::ErrorCode;
using At = client::TopicPartition;

// An administrator of the node.
struct Office {
  explicit Office(OneNode& one_in)
      : one(one_in), cluster(one.env(), options(one)), admin(cluster) {}
  static client::ClusterOptions options(OneNode& one) {
    client::ClusterOptions options;
    options.bootstrap = {one.node.address()};
    return options;
  }
  env::Instant soon() { return one.env().clock.now() + seconds(30); }

  OneNode& one;
  Cluster cluster;
  Admin admin;
};

template <class T>
std::string words(const Outcome<T>& outcome) {
  return outcome ? "" : outcome.error().message();
}

template <class T>
ErrorCode answer_of(const Outcome<T>& outcome) {
  return outcome ? ErrorCode::none : outcome.error().answer;
}

using Scenario = Task<Result<>> (*)(Office&);

// Plays it with an administrator of one node.
template <Scenario scenario>
void play() {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    Office office(here);
    auto playing = scenario(office);
    const auto result = co_await std::move(playing);
    auto closing = office.cluster.close();
    co_await std::move(closing);
    co_return result;
  });
}

Task<Result<>> produce_three(Office& office) {
  RawClient client = office.one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  for (const char* value : {"a", "b", "c"}) {
    const std::vector<std::string> values{value};
    const auto now = office.one.env().clock.wall_ms();
    auto producing = sim::produce(client, {"t", 0}, batch_of(values, now));
    CO_TRY_ASSIGN(const auto appended, co_await std::move(producing));
    EXPECT_EQ(appended.error_code, 0);
  }
  co_return Result<>{};
}

// --- topics ---

Task<Result<>> topics_come_and_grow_and_go(Office& office) {
  std::vector<client::NewTopic> wanted(4);
  wanted[0] = {
      .name = "a", .partitions = 2, .replication_factor = 1, .assignment = {}, .configs = {}};
  wanted[0].configs["retention.ms"] = "1000";
  wanted[1].name = "b";
  wanted[1].assignment = {{0, {1}}, {1, {1}}, {2, {1}}};
  wanted[2].name = "not/a/name";
  wanted[3].name = "t";
  auto creating = office.admin.create_topics(wanted, false, office.soon());
  const auto created = co_await std::move(creating);
  EXPECT_EQ(created.size(), 4u);
  EXPECT_TRUE(created.at("a").has_value()) << words(created.at("a"));
  EXPECT_TRUE(created.at("b").has_value()) << words(created.at("b"));
  EXPECT_EQ(answer_of(created.at("not/a/name")), ErrorCode::invalid_topic_exception);
  EXPECT_EQ(answer_of(created.at("t")), ErrorCode::topic_already_exists);
  if (!created.at("a") || !created.at("b")) co_return Result<>{};
  EXPECT_EQ(created.at("a")->partitions, 2);
  EXPECT_EQ(created.at("b")->partitions, 3);
  EXPECT_FALSE(created.at("a")->configs.empty());

  auto describing = office.admin.describe_topics({"a", "b", "nobody"}, office.soon());
  const auto described = co_await std::move(describing);
  EXPECT_EQ(answer_of(described.at("nobody")), ErrorCode::unknown_topic_or_partition);
  EXPECT_THAT(words(described.at("nobody")), HasSubstr("topic 'nobody'"));
  EXPECT_EQ(described.at("a")->id, created.at("a")->id);
  auto by_id =
      office.admin.describe_topics_by_id({created.at("b")->id, Uuid{7, 7}, Uuid{}}, office.soon());
  const auto of_ids = co_await std::move(by_id);
  EXPECT_EQ(of_ids.at(created.at("b")->id)->name, "b");
  EXPECT_EQ(of_ids.at(created.at("b")->id)->partitions.size(), 3u);
  EXPECT_EQ(answer_of(of_ids.at(Uuid{7, 7})), ErrorCode::unknown_topic_id);
  EXPECT_EQ(of_ids.at(Uuid{}).error().cause.code, Errc::invalid);
  EXPECT_EQ(described.at("b")->partitions.size(), 3u);
  const auto& partition = described.at("b")->partitions.back();
  EXPECT_EQ(partition.index, 2);
  EXPECT_EQ(partition.leader, 1);
  EXPECT_GE(partition.leader_epoch, 0);
  EXPECT_THAT(partition.replicas, ElementsAre(1));
  EXPECT_THAT(partition.in_sync, ElementsAre(1));
  EXPECT_TRUE(partition.eligible_leader_replicas.has_value());

  std::map<std::string, client::NewPartitions> more;
  more["a"].total = 4;
  more["b"] = {.total = 4, .assignment = {{1}}};
  more["t"].total = 1;
  more["nobody"].total = 2;
  auto trying = office.admin.create_partitions(more, true, office.soon());
  const auto tried = co_await std::move(trying);
  EXPECT_TRUE(tried.at("a").has_value()) << words(tried.at("a"));
  auto growing = office.admin.create_partitions(more, false, office.soon());
  const auto grown = co_await std::move(growing);
  EXPECT_TRUE(grown.at("a").has_value()) << words(grown.at("a"));
  EXPECT_TRUE(grown.at("b").has_value()) << words(grown.at("b"));
  EXPECT_EQ(answer_of(grown.at("t")), ErrorCode::invalid_partitions);
  EXPECT_EQ(answer_of(grown.at("nobody")), ErrorCode::unknown_topic_or_partition);

  auto listing = office.admin.list_topics(false, office.soon());
  const auto listed = co_await std::move(listing);
  EXPECT_TRUE(listed.has_value()) << words(listed);
  EXPECT_EQ(listed->at("a").partitions, 4);
  EXPECT_EQ(listed->at("b").partitions, 4);
  EXPECT_EQ(listed->at("b").id, created.at("b")->id);

  auto deleting = office.admin.delete_topics({"a", "nobody"}, office.soon());
  const auto deleted = co_await std::move(deleting);
  EXPECT_TRUE(deleted.at("a").has_value()) << words(deleted.at("a"));
  EXPECT_EQ(answer_of(deleted.at("nobody")), ErrorCode::unknown_topic_or_partition);
  const Uuid stranger{7, 7};
  const Uuid id = created.at("b")->id;
  auto removing = office.admin.delete_topics_by_id({id, stranger}, office.soon());
  const auto removed = co_await std::move(removing);
  EXPECT_TRUE(removed.at(id).has_value()) << words(removed.at(id));
  EXPECT_EQ(answer_of(removed.at(stranger)), ErrorCode::unknown_topic_id);
  auto again = office.admin.list_topics(true, office.soon());
  const auto left = co_await std::move(again);
  EXPECT_EQ(left->size(), 1u);
  co_return Result<>{};
}

TEST(AdminDriver, topics_come_and_grow_and_go) { play<topics_come_and_grow_and_go>(); }

Task<Result<>> a_topic_that_is_only_validated_is_not_there(Office& office) {
  std::vector<client::NewTopic> wanted(1);
  wanted[0].name = "a";
  wanted[0].configs["retention.ms"] = "soon";
  auto trying = office.admin.create_topics(wanted, true, office.soon());
  const auto refused = co_await std::move(trying);
  EXPECT_EQ(answer_of(refused.at("a")), ErrorCode::invalid_config);
  EXPECT_THAT(words(refused.at("a")), HasSubstr("retention.ms"));  // the broker's own words
  wanted[0].configs.clear();
  auto trying_again = office.admin.create_topics(wanted, true, office.soon());
  const auto tried = co_await std::move(trying_again);
  EXPECT_TRUE(tried.at("a").has_value()) << words(tried.at("a"));
  auto listing = office.admin.list_topics(true, office.soon());
  const auto listed = co_await std::move(listing);
  EXPECT_FALSE(listed->contains("a"));
  co_return Result<>{};
}

TEST(AdminDriver, a_topic_that_is_only_validated_is_not_there) {
  play<a_topic_that_is_only_validated_is_not_there>();
}

Task<Result<>> a_description_of_many_partitions_comes_in_pages(Office& office) {
  std::vector<client::NewTopic> wanted(3);
  for (std::size_t i = 0; i < 3; ++i) {
    wanted[i].name = std::string(1, static_cast<char>('x' + i));
    wanted[i].partitions = 900;
  }
  auto creating = office.admin.create_topics(wanted, false, office.soon());
  const auto created = co_await std::move(creating);
  for (const auto& [name, outcome] : created) EXPECT_TRUE(outcome.has_value()) << words(outcome);
  auto describing = office.admin.describe_topics({"z", "x", "nobody", "y"}, office.soon());
  const auto described = co_await std::move(describing);
  EXPECT_EQ(described.size(), 4u);
  for (const char* name : {"x", "y", "z"}) {
    EXPECT_EQ(described.at(name)->partitions.size(), 900u) << name;
    EXPECT_EQ(described.at(name)->partitions.back().index, 899) << name;
  }
  co_return Result<>{};
}

TEST(AdminDriver, a_description_of_many_partitions_comes_in_pages) {
  play<a_description_of_many_partitions_comes_in_pages>();
}

// --- configs ---

const client::ConfigEntry* find(const std::vector<client::ConfigEntry>& entries,
                                std::string_view name) {
  for (const auto& entry : entries) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

const ConfigResource topic_t{ConfigResourceType::topic, "t"};
const ConfigResource broker_1{ConfigResourceType::broker, "1"};
const ConfigResource all_brokers{ConfigResourceType::broker, ""};
const ConfigResource group_g{ConfigResourceType::group, "g"};

Task<Result<>> configs_are_set_and_unset(Office& office) {
  using client::AlterOperation;
  std::map<ConfigResource, std::vector<client::ConfigAlteration>> changes;
  changes[topic_t] = {{"retention.ms", AlterOperation::set, "5000"},
                      {"cleanup.policy", AlterOperation::append, "compact"}};
  changes[all_brokers] = {{"log.retention.ms", AlterOperation::set, "7000"}};
  changes[{ConfigResourceType::topic, "nobody"}] = {{"retention.ms", AlterOperation::set, "1"}};
  changes[{ConfigResourceType::broker, "77"}] = {{"log.retention.ms", AlterOperation::set, "1"}};
  auto altering = office.admin.alter_configs(changes, false, office.soon());
  const auto altered = co_await std::move(altering);
  EXPECT_TRUE(altered.at(topic_t).has_value()) << words(altered.at(topic_t));
  EXPECT_TRUE(altered.at(all_brokers).has_value()) << words(altered.at(all_brokers));
  EXPECT_EQ(answer_of(altered.at({ConfigResourceType::topic, "nobody"})),
            ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(altered.at({ConfigResourceType::broker, "77"}).error().cause.code, Errc::not_found);

  auto describing = office.admin.describe_configs(
      {topic_t, broker_1, all_brokers}, {.names = {}, .synonyms = true, .documentation = true},
      office.soon());
  const auto described = co_await std::move(describing);
  for (const auto& [resource, entries] : described) {
    EXPECT_TRUE(entries.has_value()) << words(entries);
    if (!entries) co_return Result<>{};
  }
  const auto* retention = find(*described.at(topic_t), "retention.ms");
  EXPECT_EQ(retention->value, "5000");
  EXPECT_EQ(retention->source, client::ConfigSource::dynamic_topic);
  EXPECT_EQ(retention->type, client::ConfigType::int64);
  EXPECT_TRUE(retention->documentation.has_value());
  EXPECT_GE(retention->synonyms.size(), 2u);
  EXPECT_EQ(find(*described.at(topic_t), "cleanup.policy")->value, "delete,compact");
  EXPECT_EQ(find(*described.at(broker_1), "log.retention.ms")->value, "7000");
  EXPECT_TRUE(find(*described.at(broker_1), "node.id")->read_only);
  EXPECT_EQ(find(*described.at(all_brokers), "log.retention.ms")->value, "7000");

  changes.clear();
  changes[topic_t] = {{"retention.ms", AlterOperation::remove, ""},
                      {"cleanup.policy", AlterOperation::subtract, "delete"}};
  auto trying = office.admin.alter_configs(changes, true, office.soon());
  EXPECT_TRUE((co_await std::move(trying)).at(topic_t).has_value());
  client::DescribeConfigsOptions some{.names = {"retention.ms", "cleanup.policy"}};
  auto looking = office.admin.describe_configs({topic_t}, some, office.soon());
  const auto unchanged = co_await std::move(looking);
  EXPECT_EQ(unchanged.at(topic_t)->size(), 2u);
  EXPECT_EQ(find(*unchanged.at(topic_t), "retention.ms")->value, "5000");
  EXPECT_FALSE(find(*unchanged.at(topic_t), "retention.ms")->documentation.has_value());
  auto unsetting = office.admin.alter_configs(changes, false, office.soon());
  EXPECT_TRUE((co_await std::move(unsetting)).at(topic_t).has_value());
  auto looking_again = office.admin.describe_configs({topic_t}, some, office.soon());
  const auto changed = co_await std::move(looking_again);
  EXPECT_EQ(find(*changed.at(topic_t), "cleanup.policy")->value, "compact");
  EXPECT_NE(find(*changed.at(topic_t), "retention.ms")->source,
            client::ConfigSource::dynamic_topic);
  co_return Result<>{};
}

TEST(AdminDriver, configs_are_set_and_unset) { play<configs_are_set_and_unset>(); }

Task<Result<>> configs_of_what_is_not_there_are_refused(Office& office) {
  const ConfigResource topic{ConfigResourceType::topic, "nobody"};
  const ConfigResource broker{ConfigResourceType::broker, "77"};
  const ConfigResource nonsense{ConfigResourceType::broker, "me"};
  auto describing = office.admin.describe_configs({topic, broker, nonsense}, {}, office.soon());
  const auto described = co_await std::move(describing);
  EXPECT_EQ(answer_of(described.at(topic)), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(described.at(broker).error().cause.code, Errc::not_found);
  EXPECT_EQ(answer_of(described.at(nonsense)), ErrorCode::invalid_request);
  co_return Result<>{};
}

TEST(AdminDriver, configs_of_what_is_not_there_are_refused) {
  play<configs_of_what_is_not_there_are_refused>();
}

Task<Result<>> configured_resources_are_listed(Office& office) {
  std::map<ConfigResource, std::vector<client::ConfigAlteration>> changes;
  changes[group_g] = {{"consumer.session.timeout.ms", client::AlterOperation::set, "46000"}};
  auto altering = office.admin.alter_configs(changes, false, office.soon());
  const auto altered = co_await std::move(altering);
  EXPECT_TRUE(altered.at(group_g).has_value()) << words(altered.at(group_g));
  auto listing = office.admin.list_config_resources({}, office.soon());
  const auto all = co_await std::move(listing);
  EXPECT_TRUE(all.has_value()) << words(all);
  EXPECT_THAT(*all, IsSupersetOf({topic_t, broker_1, group_g}));
  auto listing_groups =
      office.admin.list_config_resources({ConfigResourceType::group}, office.soon());
  EXPECT_THAT(*(co_await std::move(listing_groups)), ElementsAre(group_g));
  co_return Result<>{};
}

TEST(AdminDriver, configured_resources_are_listed) { play<configured_resources_are_listed>(); }

// --- records ---

Task<Result<>> offsets_are_listed_and_records_deleted(Office& office) {
  auto producing = produce_three(office);
  CO_TRY(co_await std::move(producing));
  const At t0{"t", 0}, t9{"t", 9}, nobody{"nobody", 0};
  const auto first_time = office.one.env().clock.wall_ms();
  auto asking = office.admin.list_offsets(
      {{t0, OffsetSpec::latest()}, {t9, OffsetSpec::latest()}, {nobody, OffsetSpec::latest()}},
      IsolationLevel::read_uncommitted, office.soon());
  const auto latest = co_await std::move(asking);
  EXPECT_EQ(latest.at(t0)->offset, 3) << words(latest.at(t0));
  EXPECT_EQ(answer_of(latest.at(t9)), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(answer_of(latest.at(nobody)), ErrorCode::unknown_topic_or_partition);
  const auto ask_for = [&](OffsetSpec spec) {
    return office.admin.list_offsets({{t0, spec}}, IsolationLevel::read_committed, office.soon());
  };
  auto asking_earliest = ask_for(OffsetSpec::earliest());
  EXPECT_EQ((co_await std::move(asking_earliest)).at(t0)->offset, 0);
  auto asking_max = ask_for(OffsetSpec::max_timestamp());
  const auto max = co_await std::move(asking_max);
  EXPECT_GE(max.at(t0)->timestamp, 0);
  auto asking_later = ask_for(OffsetSpec::at(first_time + 1'000'000));
  EXPECT_EQ((co_await std::move(asking_later)).at(t0)->offset, no_offset);
  auto asking_time = ask_for(OffsetSpec::at(0));
  EXPECT_EQ((co_await std::move(asking_time)).at(t0)->offset, 0);
  auto asking_local = ask_for(OffsetSpec::earliest_local());
  EXPECT_EQ((co_await std::move(asking_local)).at(t0)->offset, 0);

  auto deleting = office.admin.delete_records({{t0, 2}, {nobody, 1}}, office.soon());
  const auto deleted = co_await std::move(deleting);
  EXPECT_EQ(*deleted.at(t0), 2);
  EXPECT_EQ(answer_of(deleted.at(nobody)), ErrorCode::unknown_topic_or_partition);
  auto deleting_too_much = office.admin.delete_records({{t0, 99}}, office.soon());
  EXPECT_EQ(answer_of((co_await std::move(deleting_too_much)).at(t0)),
            ErrorCode::offset_out_of_range);
  auto deleting_all =
      office.admin.delete_records({{t0, client::high_watermark_offset}}, office.soon());
  EXPECT_EQ(*(co_await std::move(deleting_all)).at(t0), 3);
  auto asking_again = ask_for(OffsetSpec::earliest());
  EXPECT_EQ((co_await std::move(asking_again)).at(t0)->offset, 3);
  co_return Result<>{};
}

TEST(AdminDriver, offsets_are_listed_and_records_deleted) {
  play<offsets_are_listed_and_records_deleted>();
}

Task<Result<>> producers_are_described(Office& office) {
  RawClient client = office.one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  auto beginning = init_producer_id(client);
  CO_TRY_ASSIGN(const auto producer, co_await std::move(beginning));
  const std::vector<std::string> values{"a", "b"};
  auto batch = batch_of(values, office.one.env().clock.wall_ms(), producer, 0);
  auto producing = sim::produce(client, {"t", 0}, std::move(batch));
  CO_TRY(co_await std::move(producing));
  auto describing = office.admin.describe_producers({{"t", 0}, {"nobody", 0}}, office.soon());
  const auto described = co_await std::move(describing);
  EXPECT_EQ(answer_of(described.at({"nobody", 0})), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(described.at({"t", 0})->size(), 1u);
  for (const auto& active : *described.at({"t", 0})) {
    EXPECT_EQ(active.id, producer.id);
    EXPECT_EQ(active.epoch, producer.epoch);
    EXPECT_EQ(active.last_sequence, 1);
    EXPECT_EQ(active.transaction_start, no_offset);
  }
  co_return Result<>{};
}

TEST(AdminDriver, producers_are_described) { play<producers_are_described>(); }

// --- groups ---

template <class M>
std::vector<std::byte> in_consumer_protocol(const M& message, std::int16_t version) {
  wire::Output output;
  store_be(output.grow(2), version);
  EXPECT_TRUE(wire::encode(message, version, output).has_value());
  return output.take();
}

// A static member "desk" of group "g" that has t-0, as Kafka's consumers are.
Task<Result<std::string>> join_as_consumer(RawClient& client) {
  std::vector<wire::Str> topics{"t"};
  wire::ConsumerProtocolSubscription subscription;
  subscription.topics = topics;
  subscription.user_data = wire::Blob::null();
  subscription.rack_id = "r1";
  const auto metadata = in_consumer_protocol(subscription, 3);
  wire::JoinGroupRequest::JoinGroupRequestProtocol protocol;
  protocol.name = "range";
  protocol.metadata = Bytes(metadata);
  wire::JoinGroupRequest join;
  join.group_id = "g";
  join.session_timeout_ms = 10'000;
  join.rebalance_timeout_ms = 10'000;
  join.group_instance_id = "desk";
  join.protocol_type = "consumer";
  join.protocols = {&protocol, 1};
  auto joining = client.call<wire::JoinGroupResponse>(join, std::int16_t{9});
  CO_TRY_ASSIGN(const auto joined, co_await std::move(joining));
  EXPECT_EQ(joined->error_code, 0);
  std::int32_t partition = 0;
  wire::ConsumerProtocolAssignment::TopicPartition assigned;
  assigned.topic = "t";
  assigned.partitions = {&partition, 1};
  wire::ConsumerProtocolAssignment assignment;
  assignment.assigned_partitions = {&assigned, 1};
  const auto bytes = in_consumer_protocol(assignment, 3);
  wire::SyncGroupRequest::SyncGroupRequestAssignment part;
  part.member_id = joined->member_id;
  part.assignment = Bytes(bytes);
  wire::SyncGroupRequest sync;
  sync.group_id = "g";
  sync.generation_id = joined->generation_id;
  sync.member_id = joined->member_id;
  sync.group_instance_id = "desk";
  sync.protocol_type = "consumer";
  sync.protocol_name = "range";
  sync.assignments = {&part, 1};
  auto syncing = client.call<wire::SyncGroupResponse>(sync, std::int16_t{5});
  CO_TRY_ASSIGN(const auto synced, co_await std::move(syncing));
  EXPECT_EQ(synced->error_code, 0);
  co_return joined->member_id.str();
}

// The first question about a group also waits for its coordinator to be there.
Task<> expect_no_group(Office& office, std::string group) {
  auto describing = office.admin.describe_groups({group}, office.soon());
  const auto described = co_await std::move(describing);
  EXPECT_EQ(answer_of(described.at(group)), ErrorCode::group_id_not_found);
}

Task<Result<>> groups_are_listed_described_and_deleted(Office& office) {
  auto waiting = expect_no_group(office, "g");
  co_await std::move(waiting);
  RawClient client = office.one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  auto joining = join_as_consumer(client);
  CO_TRY_ASSIGN(const std::string member_id, co_await std::move(joining));

  auto listing = office.admin.list_groups({}, office.soon());
  const auto listed = co_await std::move(listing);
  EXPECT_TRUE(listed.has_value()) << words(listed);
  EXPECT_EQ(listed->at("g").state, "Stable");
  EXPECT_EQ(listed->at("g").type, "Classic");
  EXPECT_EQ(listed->at("g").protocol_type, "consumer");
  EXPECT_EQ(listed->at("g").coordinator, 1);
  auto filtering = office.admin.list_groups({.states = {"Empty"}, .types = {}}, office.soon());
  EXPECT_TRUE((co_await std::move(filtering))->empty());
  auto filtering_types =
      office.admin.list_groups({.states = {"Stable"}, .types = {"classic"}}, office.soon());
  EXPECT_EQ((co_await std::move(filtering_types))->size(), 1u);

  auto describing = office.admin.describe_groups({"g", "nobody"}, office.soon());
  const auto described = co_await std::move(describing);
  EXPECT_EQ(answer_of(described.at("nobody")), ErrorCode::group_id_not_found);
  EXPECT_TRUE(described.at("g").has_value()) << words(described.at("g"));
  const client::GroupDescription& group = *described.at("g");
  EXPECT_EQ(group.state, "Stable");
  EXPECT_EQ(group.protocol, "range");
  EXPECT_EQ(group.coordinator, 1);
  EXPECT_EQ(group.members.size(), 1u);
  for (const auto& member : group.members) {
    EXPECT_EQ(member.id, member_id);
    EXPECT_EQ(member.instance_id, "desk");
    EXPECT_EQ(member.rack, "r1");
    EXPECT_FALSE(member.host.empty());
    EXPECT_THAT(member.subscription, ElementsAre("t"));
    EXPECT_THAT(member.assignment, ElementsAre(At{"t", 0}));
    EXPECT_TRUE(member.assignment_bytes.empty());
  }

  auto deleting_busy = office.admin.delete_groups({"g", "nobody"}, office.soon());
  const auto refused = co_await std::move(deleting_busy);
  EXPECT_EQ(answer_of(refused.at("g")), ErrorCode::non_empty_group);
  EXPECT_EQ(answer_of(refused.at("nobody")), ErrorCode::group_id_not_found);

  auto removing = office.admin.remove_members(
      "g", {{.id = "", .instance_id = "desk"}, {.id = "a stranger", .instance_id = {}}}, "moved",
      office.soon());
  const auto removed = co_await std::move(removing);
  EXPECT_TRUE(removed.has_value()) << words(removed);
  EXPECT_TRUE(removed->at(0).has_value()) << words(removed->at(0));
  EXPECT_EQ(answer_of(removed->at(1)), ErrorCode::unknown_member_id);
  auto deleting = office.admin.delete_groups({"g"}, office.soon());
  const auto deleted = co_await std::move(deleting);
  EXPECT_TRUE(deleted.at("g").has_value()) << words(deleted.at("g"));
  co_return Result<>{};
}

TEST(AdminDriver, groups_are_listed_described_and_deleted) {
  play<groups_are_listed_described_and_deleted>();
}

Task<Result<>> bytes_of_another_protocol_are_handed_out(Office& office) {
  auto waiting = expect_no_group(office, "sims");
  co_await std::move(waiting);
  RawClient client = office.one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  GroupMember member({.group = "sims", .topic = "t"});
  auto joining = member.join(client);
  CO_TRY_ASSIGN(const auto joined, co_await std::move(joining));
  EXPECT_EQ(joined, 0);
  auto describing = office.admin.describe_groups({"sims"}, office.soon());
  const auto described = co_await std::move(describing);
  EXPECT_TRUE(described.at("sims").has_value()) << words(described.at("sims"));
  EXPECT_EQ(described.at("sims")->protocol_type, "sim");
  EXPECT_THAT(described.at("sims")->members.at(0).assignment_bytes, ElementsAre(std::byte{0}));
  EXPECT_TRUE(described.at("sims")->members.at(0).assignment.empty());
  co_return Result<>{};
}

TEST(AdminDriver, bytes_of_another_protocol_are_handed_out) {
  play<bytes_of_another_protocol_are_handed_out>();
}

Task<Result<>> offsets_of_a_group_are_set_and_deleted(Office& office) {
  const At t0{"t", 0}, t5{"t", 5}, nobody{"nobody", 0};
  const client::CommittedOffset wanted{.offset = 42, .leader_epoch = 0, .metadata = "by hand"};
  auto altering = office.admin.alter_offsets("g", {{t0, wanted}, {nobody, wanted}}, office.soon());
  const auto altered = co_await std::move(altering);
  EXPECT_TRUE(altered.at(t0).has_value()) << words(altered.at(t0));
  EXPECT_EQ(answer_of(altered.at(nobody)), ErrorCode::unknown_topic_or_partition);

  auto fetching = office.admin.committed_offsets("g", std::nullopt, true, office.soon());
  const auto all = co_await std::move(fetching);
  EXPECT_TRUE(all.has_value()) << words(all);
  EXPECT_EQ(all->size(), 1u);
  EXPECT_EQ(all->at(t0)->offset, 42);
  EXPECT_EQ(all->at(t0)->metadata, "by hand");
  auto fetching_some =
      office.admin.committed_offsets("g", std::vector<At>{t5, t0, t0}, false, office.soon());
  const auto some = co_await std::move(fetching_some);
  EXPECT_EQ(some->size(), 2u);
  EXPECT_EQ(some->at(t0)->offset, 42);
  EXPECT_EQ(some->at(t5)->offset, no_offset);
  auto fetching_none = office.admin.committed_offsets("nobody", std::nullopt, true, office.soon());
  const auto none = co_await std::move(fetching_none);
  EXPECT_TRUE(none.has_value()) << words(none);
  EXPECT_TRUE(none->empty());

  auto deleting = office.admin.delete_offsets("g", {t0}, office.soon());
  const auto deleted = co_await std::move(deleting);
  EXPECT_TRUE(deleted.at(t0).has_value()) << words(deleted.at(t0));
  auto fetching_again = office.admin.committed_offsets("g", std::nullopt, true, office.soon());
  const auto left = co_await std::move(fetching_again);
  EXPECT_TRUE(left && left->empty()) << words(left);
  auto deleting_nothing = office.admin.delete_offsets("nobody", {t0}, office.soon());
  EXPECT_EQ(answer_of((co_await std::move(deleting_nothing)).at(t0)),
            ErrorCode::group_id_not_found);
  co_return Result<>{};
}

TEST(AdminDriver, offsets_of_a_group_are_set_and_deleted) {
  play<offsets_of_a_group_are_set_and_deleted>();
}

// --- brokers ---

Task<Result<>> disks_are_described(Office& office) {
  auto producing = produce_three(office);
  CO_TRY(co_await std::move(producing));
  auto describing = office.admin.describe_log_dirs(std::nullopt, std::nullopt, office.soon());
  const auto described = co_await std::move(describing);
  EXPECT_TRUE(described.has_value()) << words(described);
  EXPECT_TRUE(described->at(1).has_value()) << words(described->at(1));
  EXPECT_EQ(described->at(1)->size(), 1u);
  for (const auto& [path, log_dir] : *described->at(1)) {
    EXPECT_EQ(log_dir.error, ErrorCode::none);
    EXPECT_EQ(log_dir.replicas.size(), 1u);
    EXPECT_EQ(log_dir.replicas.at(0).of, (At{"t", 0}));
    EXPECT_GT(log_dir.replicas.at(0).bytes, 0);
  }
  auto describing_some = office.admin.describe_log_dirs(
      std::vector<BrokerId>{1, 9}, std::vector<At>{{"nobody", 0}}, office.soon());
  const auto some = co_await std::move(describing_some);
  EXPECT_EQ(some->at(9).error().cause.code, Errc::not_found);
  for (const auto& [path, log_dir] : *some->at(1)) EXPECT_TRUE(log_dir.replicas.empty());
  co_return Result<>{};
}

TEST(AdminDriver, disks_are_described) { play<disks_are_described>(); }

Task<Result<>> the_cluster_tells_of_itself(Office& office) {
  auto describing = office.admin.describe_cluster(true, office.soon());
  const auto cluster = co_await std::move(describing);
  EXPECT_TRUE(cluster.has_value()) << words(cluster);
  EXPECT_EQ(cluster->id, office.cluster.view()->cluster_id);
  EXPECT_EQ(cluster->brokers.size(), 1u);
  EXPECT_EQ(cluster->brokers.at(0).id, 1);
  EXPECT_EQ(cluster->brokers.at(0).address, office.one.node.address());
  EXPECT_FALSE(cluster->brokers.at(0).fenced);
  auto asking = office.admin.describe_quorum(office.soon());
  const auto quorum = co_await std::move(asking);
  EXPECT_TRUE(quorum.has_value()) << words(quorum);
  EXPECT_EQ(quorum->leader, 1);
  EXPECT_GT(quorum->high_watermark, 0);
  EXPECT_EQ(quorum->voters.size(), 1u);
  EXPECT_EQ(quorum->voters.at(0).id, 1);
  auto asking_versions = office.admin.api_versions(std::nullopt, office.soon());
  const auto versions = co_await std::move(asking_versions);
  EXPECT_TRUE(versions && versions->at(1)) << words(versions);
  const client::BrokerVersions& of_one = *versions->at(1);
  EXPECT_EQ(of_one.apis.at(0).name, "Produce");
  EXPECT_EQ(of_one.apis.at(0).used, of_one.apis.at(0).max);
  EXPECT_TRUE(of_one.finalized.contains("metadata.version"));
  EXPECT_TRUE(of_one.supported.contains("metadata.version"));
  co_return Result<>{};
}

TEST(AdminDriver, the_cluster_tells_of_itself) { play<the_cluster_tells_of_itself>(); }

// --- a broker that comes and goes ---

struct Visit {
  std::unique_ptr<Office> office;
  std::optional<Outcome<client::ListedOffset>> listed;
  std::optional<Outcome<std::map<std::string, client::GroupListing>>> groups;
  std::optional<Outcome<>> altered;
  bool is_closed = false;

  bool is_over() const { return listed && groups && altered; }
  static Task<> list_offset(Visit& self, seconds limit) {
    auto listing = self.office->admin.list_offsets({{At{"t", 0}, OffsetSpec::latest()}},
                                                   IsolationLevel::read_uncommitted,
                                                   self.office->one.env().clock.now() + limit);
    auto all = co_await std::move(listing);
    self.listed = all.at({"t", 0});
  }
  static Task<> list_groups(Visit& self, seconds limit) {
    auto listing = self.office->admin.list_groups({}, self.office->one.env().clock.now() + limit);
    self.groups = co_await std::move(listing);
  }
  static Task<> alter(Visit& self, seconds limit) {
    auto altering = self.office->admin.alter_offsets("g", {{At{"t", 0}, {.offset = 1}}},
                                                     self.office->one.env().clock.now() + limit);
    auto all = co_await std::move(altering);
    self.altered = all.at({"t", 0});
  }
  static Task<> close(Visit& self) {
    auto closing = self.office->cluster.close();
    co_await std::move(closing);
    self.is_closed = true;
  }
  void begin(OneNode& one, seconds limit) {
    listed.reset();
    groups.reset();
    altered.reset();
    one.scope.spawn(list_offset(*this, limit));
    one.scope.spawn(list_groups(*this, limit));
    one.scope.spawn(alter(*this, limit));
  }
};

TEST(AdminDriver, calls_outlast_a_broker_that_restarts) {
  OneNode one;
  Visit visit;
  visit.office = std::make_unique<Office>(one);
  visit.begin(one, seconds(60));
  ASSERT_TRUE(one.world.run_until([&] { return visit.is_over(); }, seconds(60)));
  EXPECT_TRUE(visit.listed->has_value()) << words(*visit.listed);

  // Cut in the middle of the calls, and back after a while.
  visit.begin(one, seconds(120));
  one.node.crash(Crash::process);
  EXPECT_FALSE(one.world.run_until([&] { return visit.is_over(); }, seconds(10)));
  one.node.start();
  ASSERT_TRUE(one.world.run_until([&] { return visit.is_over(); }, seconds(120)));
  EXPECT_TRUE(visit.listed->has_value()) << words(*visit.listed);
  EXPECT_TRUE(visit.groups->has_value()) << words(*visit.groups);
  EXPECT_TRUE(visit.altered->has_value()) << words(*visit.altered);

  // One that does not come back within the deadline.
  one.node.crash(Crash::process);
  visit.begin(one, seconds(20));
  EXPECT_FALSE(one.world.run_until([&] { return visit.is_over(); }, seconds(15)));
  ASSERT_TRUE(one.world.run_until([&] { return visit.is_over(); }, seconds(6)));
  EXPECT_FALSE(visit.listed->has_value());
  EXPECT_FALSE(visit.groups->has_value());
  EXPECT_FALSE(visit.altered->has_value());

  // Calls that wait end when the client is closed.
  visit.begin(one, seconds(6'000));
  one.world.run_until([] { return false; }, seconds(2));
  one.scope.spawn(Visit::close(visit));
  EXPECT_TRUE(one.world.run_until([&] { return visit.is_over() && visit.is_closed; }, seconds(5)));
}

}  // namespace
}  // namespace weir::sim
