#include "replication/quorum/control_record.h"

#include <gtest/gtest.h>

#include "replication/quorum/quorum_test_support.h"

namespace weir::replication {
namespace {

std::vector<ControlRecord> first_batch_of(const std::string& log) {
  const auto batch = wire::read_batch(as_bytes(log));
  EXPECT_TRUE(batch && batch->is_control());
  const auto records = read_control_batch(*batch);
  EXPECT_TRUE(records) << records.error().message();
  return *records;
}

TEST(ControlRecord, reads_how_kafkas_leader_begins_its_first_epoch) {
  const auto records = first_batch_of(test_file("kafka-standalone.log"));
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0], ControlRecord(LeaderChange{1, {1}, {1}}));
  EXPECT_EQ(records[1], ControlRecord(KRaftVersion{1}));
  EXPECT_EQ(std::get<KRaftVoters>(records[2]).voters[0].directory_id.text(),
            "gB9wL7nsQLeudpi4IQUpAQ");
  EXPECT_EQ(first_batch_of(test_file("kafka-static.log")),
            (std::vector<ControlRecord>{LeaderChange{1, {1}, {1}}}));
}

TEST(ControlRecord, is_encoded_as_kafka_encodes_it) {
  const std::string log = test_file("kafka-standalone.log");
  const auto kafka = wire::read_batch(as_bytes(log));
  ASSERT_TRUE(kafka);
  wire::BatchBuilder builder({.base_offset = 0, .leader_epoch = 1, .control = true});
  for (const auto& record : first_batch_of(log)) {
    add_control_record(record, kafka->base_timestamp(), builder);
  }
  EXPECT_EQ(as_text(Bytes(builder.build())), as_text(kafka->bytes()));
}

TEST(ControlRecord, a_type_or_version_nobody_knows_is_refused) {
  const auto read = [](std::vector<std::uint8_t> key, std::vector<std::uint8_t> value) {
    return read_control_record(Bytes(std::as_bytes(std::span(key))),
                               Bytes(std::as_bytes(std::span(value))));
  };
  EXPECT_TRUE(read({0, 0, 0, 4}, {0, 0, 0}));
  EXPECT_EQ(read({0, 0, 0, 9}, {0, 0, 0}).error().code, Errc::unsupported);
  EXPECT_EQ(read({0, 0, 0, 4}, {0, 9, 0}).error().code, Errc::unsupported);
  EXPECT_EQ(read({0, 0, 0, 4}, {0, 0}).error().code, Errc::corrupt);
  EXPECT_EQ(read({0, 0, 0, 4}, {}).error().code, Errc::corrupt);
  EXPECT_EQ(read({0, 0}, {0, 0, 0}).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace weir::replication
