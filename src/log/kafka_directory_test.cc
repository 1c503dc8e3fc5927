// Directories that Apache Kafka 4.4.0 wrote (testdata/kafka-4.4.0/README.md) are opened and read
// whole.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "log/log_directory.h"
#include "log/log_test_support.h"

namespace weir::log {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::string testdata() { return std::string(WEIR_SOURCE_DIR) + "/src/log/testdata/kafka-4.4.0/"; }

std::string read_whole(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// One line a batch of `partition`, in the form of batches.txt.
std::vector<std::string> expected_batches(const std::string& partition) {
  std::ifstream in(testdata() + "batches.txt");
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(partition + " ")) lines.push_back(line);
  }
  return lines;
}

std::string describe(const std::string& partition, const wire::BatchView& batch) {
  std::ostringstream out;
  out << partition << ' ' << batch.base_offset() << ' ' << batch.last_offset() << ' '
      << batch.records_count() << ' ' << batch.producer_id() << ' ' << batch.producer_epoch() << ' '
      << batch.base_sequence() << ' ' << batch.leader_epoch() << ' ' << batch.max_timestamp() << ' '
      << batch.size() << ' ' << batch.crc();
  return out.str();
}

class KafkaDirectory : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const auto root = std::filesystem::path(testdata()) / GetParam();
    ASSERT_TRUE(disk_.create_directories("/data"));
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      const auto path = "/data/" + std::filesystem::relative(entry.path(), root).string();
      if (entry.is_directory()) {
        ASSERT_TRUE(disk_.create_directories(path));
      } else {
        disk_.content(path) = read_whole(entry.path());
      }
    }
    directory_ = *LogDirectory::open(disk_, "/data");
    is_clean_ = directory_->take_clean_shutdown_marker()->has_value();
    recovery_points_ = directory_->read_recovery_points();
  }

  std::unique_ptr<PartitionLog> open(const std::string& topic) {
    const PartitionName name{topic, 0};
    auto log = PartitionLog::open(disk_, sink_,
                                  {.directory = directory_->partition_path(name),
                                   .name = name,
                                   .config = {.cleanup_compact = topic == "compacted"},
                                   .after_clean_stop = is_clean_,
                                   .recovery_point = recovery_points_[name],
                                   .now = now_},
                                  std::nullopt);
    EXPECT_TRUE(log) << (log ? "" : log.error().message());
    return *std::move(log);
  }

  std::vector<std::string> describe_all(PartitionLog& log) {
    std::vector<std::string> lines;
    Offset from = log.log_start_offset();
    while (true) {
      const auto plan =
          log.read({.from = from, .bound = log.log_end_offset(), .bytes_max = 1 << 20});
      EXPECT_TRUE(plan);
      if (plan->range.size == 0) return lines;
      std::vector<std::byte> bytes(plan->range.size);
      EXPECT_TRUE(plan->range.file->read_at(plan->range.position, bytes));
      for (Bytes rest = bytes; !rest.empty();) {
        const auto batch = *wire::read_batch(rest);
        EXPECT_TRUE(batch.crc_is_good());
        lines.push_back(describe(log.name().topic + "-0", batch));
        from = batch.next_offset();
        rest = rest.subspan(batch.size());
      }
    }
  }

  MemoryDisk disk_;
  QuietSink sink_;
  std::unique_ptr<LogDirectory> directory_;
  OffsetCheckpoint recovery_points_;
  bool is_clean_ = false;
  TimestampMs now_ = 1795218920000;
};

TEST_P(KafkaDirectory, every_batch_is_served_as_it_lies) {
  for (const std::string topic : {"plain", "txn", "compacted"}) {
    const auto log = open(topic);
    EXPECT_EQ(describe_all(*log), expected_batches(topic + "-0")) << topic;
    EXPECT_TRUE(log->topic_id());
  }
  EXPECT_THAT(sink_.lines, IsEmpty());
}

TEST_P(KafkaDirectory, a_clean_one_is_not_checked_again) {
  const auto log = open("plain");
  EXPECT_EQ(log->open_report().bytes_checked == 0, is_clean_);
  EXPECT_EQ(log->log_end_offset(), 60);
  EXPECT_EQ(log->segment_count(), 4U);
  EXPECT_EQ(log->durable_end_offset(), is_clean_ ? 60 : recovery_points_[log->name()]);
}

TEST_P(KafkaDirectory, gaps_of_compaction_are_read_over) {
  const auto log = open("compacted");
  EXPECT_EQ(log->log_start_offset(), 0);
  EXPECT_EQ(log->log_end_offset(), 174);
  const std::pair<Offset, Offset> asked_and_found[] = {{0, 117},   {117, 117}, {120, 125},
                                                       {126, 131}, {144, 158}, {163, 163}};
  for (const auto& [from, found] : asked_and_found) {
    const auto plan = log->read({.from = from, .bound = 174, .bytes_max = 1});
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->start_offset, found) << from;
  }
}

TEST_P(KafkaDirectory, open_and_aborted_transactions_are_known) {
  const auto log = open("txn");
  log->set_high_watermark(29);
  EXPECT_EQ(log->last_stable_offset(), 24);  // the open one's first record
  const auto aborted = log->aborted_transactions(0, 24);
  ASSERT_TRUE(aborted);
  ASSERT_THAT(*aborted, SizeIs(2));
  EXPECT_EQ((*aborted)[0].first_offset, 4);
  EXPECT_EQ((*aborted)[1].first_offset, 16);
  EXPECT_THAT(*log->aborted_transactions(20, 24), IsEmpty());
}

TEST_P(KafkaDirectory, idempotent_producers_go_on_where_they_were) {
  now_ = 1700000012000;  // a day after the records their state would have expired
  const auto log = open("plain");
  std::vector<std::pair<ProducerId, Sequence>> known;
  for (const auto& producer : log->active_producers()) {
    known.emplace_back(producer.producer_id, producer.last_sequence);
  }
  EXPECT_THAT(known, ElementsAre(std::pair(0, 11), std::pair(1, 11), std::pair(2, 11),
                                 std::pair(3, 11), std::pair(4, 11)));
}

TEST_P(KafkaDirectory, compressed_records_are_found_by_time) {
  const auto log = open("plain");
  for (int round = 0; round < 12; ++round) {
    const TimestampMs target = 1700000000000 + round * 1000;
    const auto found = log->lookup_timestamp(target).carry_out();
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->offset, round);
  }
  EXPECT_EQ(*log->lookup_timestamp(1700000011001).carry_out(), std::nullopt);
  EXPECT_EQ((*log->lookup_max_timestamp().carry_out())->offset, 11);
}

INSTANTIATE_TEST_SUITE_P(After, KafkaDirectory, testing::Values("clean", "crashed"),
                         [](const auto& tested) { return std::string(tested.param); });

}  // namespace
}  // namespace weir::log
