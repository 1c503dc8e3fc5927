#include "metadata/controller/controller.h"

#include "metadata/controller/controller_test_support.h"
#include "metadata/image/record_list.h"
#include "wire/error_code.h"
#include "wire/message/alter_partition_request.h"
#include "wire/message/alter_partition_response.h"
#include "wire/message/begin_transaction_record.h"
#include "wire/message/broker_heartbeat_request.h"
#include "wire/message/elect_leaders_request.h"
#include "wire/message/elect_leaders_response.h"
#include "wire/message/unregister_broker_request.h"
#include "wire/message/unregister_broker_response.h"
#include "wire/message/update_features_request.h"
#include "wire/message/update_features_response.h"

namespace weir::metadata {
namespace {

using wire::ErrorCode;
using Brokers = std::vector<BrokerId>;

TEST(Controller, a_first_controller_appends_the_bootstrap_records_in_a_transaction) {
  ControllerHarness harness;
  EXPECT_EQ(harness.image().features.metadata_version, 33);
  EXPECT_EQ(harness.next_offset, 5);  // begin, two levels, min.insync.replicas, end
  ControllerHarness old(7, false);
  EXPECT_EQ(old.next_offset, 1);  // no transactions, no ELR
}

TEST(Controller, a_controller_that_finds_an_open_transaction_aborts_it) {
  ControllerHarness first;
  RecordList begin;
  wire::BeginTransactionRecord record;
  record.name = "x";
  begin.add(record, 0);
  Replay committed{first.image()};
  ASSERT_TRUE(committed.apply(Bytes(begin.values()[0]), 9));
  ControllerHarness second;
  const auto decision = second.kernel.activate(committed, {}, second.now());
  EXPECT_EQ(decision.records.size(), 1u);
  second.apply(decision);
  EXPECT_EQ(second.image().features.metadata_version, 33);
}

TEST(BrokerRegistration, a_living_session_keeps_others_out_until_it_ends) {
  ControllerHarness harness;
  harness.add_broker(2);
  EXPECT_EQ(harness.register_broker(2, {5, 5}), -code_of(ErrorCode::duplicate_broker_registration));
  harness.pass(std::chrono::seconds(8));
  EXPECT_EQ(harness.register_broker(2, {5, 5}), -code_of(ErrorCode::duplicate_broker_registration));
  harness.pass(std::chrono::seconds(2));
  EXPECT_GE(harness.register_broker(2, {5, 5}), 0);
}

TEST(BrokerRegistration, the_controllers_own_process_takes_over_at_once_and_only_its_own_id) {
  ControllerHarness harness;
  harness.add_broker(1);
  harness.add_broker(2);
  EXPECT_EQ(harness.register_broker(2, {5, 5}, -1, true),
            -code_of(ErrorCode::duplicate_broker_registration));
  EXPECT_GE(harness.register_broker(1, {5, 5}, -1, true), 0);
}

TEST(BrokerRegistration, the_same_incarnation_amends_and_keeps_its_epoch) {
  ControllerHarness harness;
  harness.add_broker(2);
  const BrokerEpoch epoch = harness.image().broker(2)->epoch;
  EXPECT_EQ(harness.register_broker(2, {1, 2}), epoch);
  EXPECT_FALSE(harness.image().broker(2)->fenced);
}

TEST(BrokerRegistration, an_unclean_return_loses_eligibility_and_a_clean_one_does_not) {
  for (const bool clean : {true, false}) {
    ControllerHarness harness;
    harness.add_broker(1);
    harness.create_topic("t", {{1}});
    const BrokerEpoch epoch = harness.image().broker(1)->epoch;
    EXPECT_FALSE(harness.beat(1, false, true).should_shut_down);  // it leads: its leaders go first
    EXPECT_TRUE(harness.beat(1, false, true).should_shut_down);
    EXPECT_EQ(harness.partition("t").elr, Brokers{1});
    EXPECT_GE(harness.register_broker(1, {5, 5}, clean ? epoch : -1, true), 0);
    EXPECT_EQ(harness.partition("t").elr, clean ? Brokers{1} : Brokers{});
    EXPECT_FALSE(harness.beat(1, false).is_fenced);
    EXPECT_EQ(harness.partition("t").leader, 1);
    EXPECT_EQ(harness.partition("t").leader_recovery,
              clean ? LeaderRecovery::recovered : LeaderRecovery::recovering);
  }
}

TEST(BrokerHeartbeat, a_stale_epoch_and_a_broker_that_lags_are_told) {
  ControllerHarness harness;
  ASSERT_GE(harness.register_broker(2, {1, 2}), 0);
  EXPECT_TRUE(harness.beat(2, true).is_fenced);
  wire::BrokerHeartbeatRequest request;
  request.broker_id = 2;
  request.broker_epoch = harness.image().broker(2)->epoch;
  request.current_metadata_offset = harness.image().broker(2)->registration_offset - 1;
  const auto behind = harness.call<wire::BrokerHeartbeatResponse>(request);
  EXPECT_FALSE(behind->response.is_caught_up);
  EXPECT_TRUE(behind->response.is_fenced);
  request.broker_epoch = 99999;
  EXPECT_EQ(harness.call<wire::BrokerHeartbeatResponse>(request)->response.error_code,
            code_of(ErrorCode::stale_broker_epoch));
}

TEST(BrokerHeartbeat, leaders_move_before_a_broker_may_stop_and_others_must_have_seen_it) {
  ControllerHarness harness;
  harness.add_broker(1);
  harness.add_broker(2);
  harness.create_topic("t", {{1, 2}});
  EXPECT_FALSE(harness.beat(1, false, true).should_shut_down);
  EXPECT_EQ(harness.partition("t").leader, 2);
  EXPECT_EQ(harness.partition("t").isr, Brokers{2});
  EXPECT_TRUE(harness.image().broker(1)->in_controlled_shutdown);
  EXPECT_FALSE(harness.beat(1, false, true).should_shut_down);  // broker 2 has not applied it
  harness.beat(2, false);
  EXPECT_TRUE(harness.beat(1, false, true).should_shut_down);
  EXPECT_TRUE(harness.image().broker(1)->fenced);
}

TEST(BrokerHeartbeat, who_falls_silent_is_fenced_and_what_it_led_moves) {
  ControllerHarness harness;
  harness.add_broker(1);
  harness.add_broker(2);
  harness.create_topic("t", {{1, 2}, {2, 1}});
  harness.pass(std::chrono::seconds(5));
  harness.beat(2, false);
  harness.pass(std::chrono::seconds(5));
  harness.apply(harness.kernel.fence_expired(harness.now()));
  EXPECT_TRUE(harness.image().broker(1)->fenced);
  EXPECT_FALSE(harness.image().broker(2)->fenced);
  EXPECT_EQ(harness.partition("t", 0).leader, 2);
  EXPECT_EQ(harness.partition("t", 1).isr, Brokers{2});
  EXPECT_TRUE(harness.kernel.fence_expired(harness.now()).records.empty());
}

TEST(UnregisterBroker, leaves_every_isr_and_is_gone) {
  ControllerHarness harness;
  harness.add_broker(1);
  harness.add_broker(2);
  harness.create_topic("t", {{2, 1}});
  wire::UnregisterBrokerRequest request;
  request.broker_id = 2;
  EXPECT_EQ(harness.call<wire::UnregisterBrokerResponse>(request)->response.error_code, 0);
  EXPECT_EQ(harness.image().broker(2), nullptr);
  EXPECT_EQ(harness.partition("t").leader, 1);
  const auto again = harness.call<wire::UnregisterBrokerResponse>(request);
  EXPECT_EQ(again->response.error_code, code_of(ErrorCode::broker_id_not_registered));
  EXPECT_EQ(again->response.error_message.view(), "Broker ID 2 is not currently registered");
}

struct Asked {
  BrokerId broker = 1;
  LeaderEpoch leader_epoch = 0;
  std::int32_t partition_epoch = 0;
  Brokers isr;
  std::int8_t recovery = 0;
  BrokerEpoch member_epoch = -1;
  PartitionIndex index = 0;
};

ErrorCode alter(ControllerHarness& harness, const Asked& asked) {
  std::vector<wire::AlterPartitionRequest::BrokerState> isr;
  for (const BrokerId id : asked.isr)
    isr.push_back({.broker_id = id, .broker_epoch = asked.member_epoch});
  std::vector<wire::AlterPartitionRequest::PartitionData> partitions(1);
  partitions[0].partition_index = asked.index;
  partitions[0].leader_epoch = asked.leader_epoch;
  partitions[0].partition_epoch = asked.partition_epoch;
  partitions[0].new_isr_with_epochs = isr;
  partitions[0].leader_recovery_state = asked.recovery;
  std::vector<wire::AlterPartitionRequest::TopicData> topics(1);
  topics[0].topic_id = harness.image().topic("t")->id;
  topics[0].partitions = partitions;
  wire::AlterPartitionRequest request;
  request.broker_id = asked.broker;
  request.broker_epoch = harness.image().broker(asked.broker)->epoch;
  request.topics = topics;
  const auto answer = harness.call<wire::AlterPartitionResponse>(request);
  return static_cast<ErrorCode>(answer->response.topics[0].partitions[0].error_code);
}

TEST(AlterPartition, every_refusal_has_its_code) {
  ControllerHarness harness;
  for (BrokerId id = 1; id <= 3; ++id) harness.add_broker(id);
  harness.create_topic("t", {{1, 2, 3}});
  const std::pair<Asked, ErrorCode> cases[] = {
      {{.leader_epoch = 1, .isr = {1}}, ErrorCode::not_controller},
      {{.partition_epoch = 1, .isr = {1}}, ErrorCode::not_controller},
      {{.leader_epoch = -1, .isr = {1}}, ErrorCode::fenced_leader_epoch},
      {{.broker = 2, .isr = {1}}, ErrorCode::invalid_request},
      {{.partition_epoch = -1, .isr = {1}}, ErrorCode::invalid_update_version},
      {{.isr = {}}, ErrorCode::invalid_request},
      {{.isr = {1, 1}}, ErrorCode::invalid_request},
      {{.isr = {1, 9}}, ErrorCode::invalid_request},
      {{.isr = {2, 3}}, ErrorCode::invalid_request},
      {{.isr = {1, 2}, .recovery = 1}, ErrorCode::invalid_request},
      {{.isr = {1}, .recovery = 1}, ErrorCode::invalid_request},
      {{.isr = {1}, .recovery = 5}, ErrorCode::invalid_request},
      {{.isr = {1, 2}, .member_epoch = 1}, ErrorCode::ineligible_replica},
      {{.isr = {1}, .index = 7}, ErrorCode::unknown_topic_or_partition},
      {{.isr = {1, 2}}, ErrorCode::none},
  };
  for (const auto& [asked, expected] : cases) EXPECT_EQ(alter(harness, asked), expected);
  EXPECT_EQ(harness.partition("t").isr, (Brokers{1, 2}));
  EXPECT_EQ(harness.partition("t").partition_epoch, 1);
  EXPECT_EQ(harness.partition("t").leader_epoch, 0);
}

TEST(AlterPartition, a_fenced_replica_cannot_join) {
  ControllerHarness harness;
  harness.add_broker(1);
  ASSERT_GE(harness.register_broker(2, {1, 2}), 0);
  harness.create_topic("t", {{1, 2}});
  EXPECT_EQ(alter(harness, {.isr = {1, 2}}), ErrorCode::ineligible_replica);
  EXPECT_FALSE(harness.beat(2, false).is_fenced);
  EXPECT_EQ(alter(harness, {.isr = {1, 2}}), ErrorCode::none);
}

TEST(ElectLeaders, preferred_and_unclean) {
  ControllerHarness harness;
  harness.add_broker(1);
  harness.add_broker(2);
  harness.create_topic("t", {{1, 2}, {2, 1}});
  harness.pass(std::chrono::seconds(10));
  harness.beat(2, false);
  harness.apply(harness.kernel.fence_expired(harness.now()));
  EXPECT_FALSE(harness.beat(1, false).is_fenced);
  EXPECT_EQ(harness.partition("t").leader, 2);
  EXPECT_EQ(alter(harness, {.broker = 2, .leader_epoch = 1, .partition_epoch = 1, .isr = {2, 1}}),
            ErrorCode::none);
  wire::ElectLeadersRequest request;
  request.topic_partitions = wire::Array<wire::ElectLeadersRequest::TopicPartitions>::null();
  const auto answer = harness.call<wire::ElectLeadersResponse>(request);
  ASSERT_EQ(answer->response.replica_election_results.size(), 1u);
  ASSERT_EQ(answer->response.replica_election_results[0].partition_result.size(), 1u);
  EXPECT_EQ(answer->response.replica_election_results[0].partition_result[0].error_code, 0);
  EXPECT_EQ(harness.partition("t").leader, 1);
  request.election_type = 5;
  EXPECT_EQ(harness.call<wire::ElectLeadersResponse>(request)->response.error_code,
            code_of(ErrorCode::invalid_request));
}

TEST(UpdateFeatures, levels_are_checked_against_every_node) {
  const struct {
    std::string_view feature;
    std::int16_t level;
    std::int8_t type;
    std::string_view problem;  // empty: done
  } cases[] = {
      {"metadata.version", 32, 2,
       "Unsupported metadata.version downgrade from 33 to 32. Refusing to perform the requested "
       "downgrade because it might delete metadata information."},
      {"metadata.version", 34, 1,
       "Invalid update version 34 for feature metadata.version. Local controller 1 only supports "
       "versions 7-33"},
      {"eligible.leader.replicas.version", 0, 1,
       "Invalid update version 0 for feature eligible.leader.replicas.version. Can't downgrade the "
       "version of this feature without setting the upgrade type to either safe or unsafe "
       "downgrade."},
      {"share.version", 1, 0,
       "Invalid update version 1 for feature share.version. The controller does not support the "
       "given upgrade type."},
      {"nobody.knows", 1, 1,
       "Invalid update version 1 for feature nobody.knows. Local controller 1 does not support "
       "this "
       "feature."},
      {"share.version", -1, 1,
       "Invalid update version -1 for feature share.version. A feature version cannot be less than "
       "0."},
      {"kraft.version", 0, 2,
       "Invalid update version 0 for feature kraft.version. Can't downgrade the version of this "
       "feature."},
      {"share.version", 1, 1, ""},
      {"eligible.leader.replicas.version", 0, 2, ""},
  };
  ControllerHarness harness;
  harness.add_broker(1);
  for (const auto& c : cases) {
    std::vector<wire::UpdateFeaturesRequest::FeatureUpdateKey> updates(1);
    updates[0].feature = c.feature;
    updates[0].max_version_level = c.level;
    updates[0].upgrade_type = c.type;
    wire::UpdateFeaturesRequest request;
    request.feature_updates = updates;
    const auto answer = harness.call<wire::UpdateFeaturesResponse>(request);
    if (c.problem.empty()) {
      EXPECT_EQ(answer->response.error_code, 0) << answer->response.error_message.view();
      EXPECT_EQ(answer->records, 1u);
    } else {
      EXPECT_EQ(answer->response.error_code, code_of(ErrorCode::invalid_update_version));
      EXPECT_EQ(answer->response.error_message.str(),
                "The update failed for all features since the following feature had an error: " +
                    std::string(c.problem));
      EXPECT_EQ(answer->records, 0u);
    }
  }
  EXPECT_FALSE(harness.image().features.elr_enabled());
}

TEST(Controller, rolling_back_forgets_what_was_not_committed) {
  ControllerHarness harness;
  harness.add_broker(1);
  const Replay committed{harness.image()};
  harness.create_topic("t", {{1}});
  ASSERT_NE(harness.image().topic("t"), nullptr);
  harness.kernel.roll_back(committed);
  EXPECT_EQ(harness.image().topic("t"), nullptr);
}

}  // namespace
}  // namespace weir::metadata
