#include "sim/checker/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "sim/checker/bad_histories_test_support.h"
#include "sim/checker/history_writer.h"

namespace weir::sim::checker {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string seen_in(const CheckReport& report) {
  std::string all;
  for (const Finding& finding : report.findings) {
    ((all += name_of(finding.anomaly)) += ": ") += finding.what + "\n";
  }
  return all;
}

TEST(Checker, rejects_every_history_written_by_hand) {
  std::set<Anomaly> covered;
  for (const BadHistory& bad : bad_histories()) {
    SCOPED_TRACE(bad.name);
    const auto report = check_text(timed(bad.lines));
    ASSERT_TRUE(report) << report.error().what;
    EXPECT_TRUE(report->has(bad.anomaly)) << name_of(bad.anomaly) << " expected\n"
                                          << seen_in(*report);
    covered.insert(bad.anomaly);
  }
  EXPECT_GE(bad_histories().size(), 60);
  EXPECT_EQ(covered.size(), anomaly_count);
}

// What looks like some of them and is allowed.
constexpr auto allowed = std::to_array<std::string_view>({
    // A record whose fate was unknown, written after all, or not.
    "p producer all idempotent\np send 1 t 0 k a\np unknown 1\nr audit 1 t 0\nr audited 1 0 0\n",
    "p producer all idempotent\np send 1 t 0 k a\np unknown 1\nr audit 1 t 0\nr read t 0 0 k a\n"
    "r audited 1 0 1\n",
    // Acknowledged while the audit is under way.
    "p producer all\np send 1 t 0 k a\nr audit 1 t 0\np acked 1 0\nr audited 1 0 0\n",
    // A plain producer's retry stands twice.
    "p producer all\np send 1 t 0 k a\np acked 1 1\nr read t 0 0 k a\nr read t 0 1 k a\n",
    // What a careless producer was told of is lost.
    "p producer 1\np send 1 t 0 k a\np acked 1 0\nx killed\nr audit 1 t 0\nr audited 1 0 0\n",
    // Sent to a topic that is deleted meanwhile: nowhere, or in its next life.
    "p producer all\np send 1 t@1 0 k a\nx delete 1 t@1\nx done 1\nx create 2 t@2\nx done 2\n"
    "p acked 1 0\nr audit 1 t@2 0\nr read t@2 0 0 k a\nr audited 1 0 1\n",
    "p producer all\np send 1 t@1 0 k a\np acked 1 0\nx delete 1 t@1\nx done 1\nr audit 1 t@1 0\n"
    "r unknown 1\n",
    // A compacted log: replaced, being replaced, deleted, perhaps deleted.
    "x topic t compact\np producer all\np send 1 t 0 k a\np acked 1 0\np send 2 t 0 k b\np acked 2 "
    "1\nr audit 1 t 0\nr read t 0 1 k b\nr audited 1 0 2\n",
    "x topic t compact\np producer all\np send 1 t 0 k a\np acked 1 0\np send 2 t 0 k b\nr audit 1 "
    "t "
    "0\nr audited 1 0 1\np acked 2 1\n",
    "x topic t compact\np producer all\np send 1 t 0 k a\np acked 1 0\nr audit 1 t 0\np send 2 t 0 "
    "k "
    "b\np acked 2 1\nr audited 1 0 1\n",
    "x topic t compact tombstones=0\np producer all\np send 1 t 0 k ~\np acked 1 0\nr audit 1 t 0\n"
    "r audited 1 0 1\n",
    "x topic t compact\np producer all\np send 1 t 0 k a\np acked 1 0\np send 2 t 0 k ~\np unknown "
    "2\nr audit 1 t 0\nr audited 1 0 2\n",
    // Retention, and records asked to be deleted.
    "x topic t delete retention=1\np producer all\np send 1 t 0 k a\np acked 1 0\nr seek t 0 0\nr "
    "audit 1 t 0\nr audited 1 1 1\n",
    "x trim 1 t 0 5\nx unknown 1\nx ask 2 t 0\nx bounds 2 5 9\n",
    "x trim 1 t 0 5\nx unknown 1\nx ask 2 t 0\nx bounds 2 0 9\n",
    // Skipped because it was deleted.
    "x topic t delete\np producer all\np send 1 t 0 k a\np acked 1 0\np send 2 t 0 k b\np acked 2 "
    "1\np send 3 t 0 k c\np acked 3 2\nr read t 0 0 k a\nr read t 0 2 k c\nx ask 1 t 0\nx bounds 1 "
    "2 "
    "3\n",
    // Transactions leave holes where it is said so.
    "x topic t holes\np producer all\np send 1 t 0 k a\np acked 1 1\nr audit 1 t 0\nr read t 0 1 k "
    "a\nr audited 1 0 2\n",
    // A member that was put out learns of it later.
    "g member G\nh member G\ng assigned G 3 t 0\nh assigned G 4 t 0\ng lost G 3 t 0\n",
    "g member G\nh member G\ng assigned G -1 t 0\ng ended\nh assigned G -1 t 0\nh revoked G -1 t "
    "0\n",
    // Commits that overlap may be told in either order; a commit may go back by intent.
    "g commit 1 G 1 t 0 5\nh commit 1 G 1 t 0 9\nh done 1\ng done 1\nx fetch 1 G t 0\nx told 1 5\n",
    "g commit 1 G 1 t 0 9\ng done 1\ng commit 2 G 1 t 0 5\ng done 2\nx fetch 1 G t 0\nx told 1 5\n",
    "g commit 1 G 1 t 0 5\ng done 1\ng commit 2 G 1 t 0 9\ng unknown 2\nx fetch 1 G t 0\nx told 1 "
    "9\n",
    "g commit 1 G 1 t@1 0 5\ng done 1\nx delete 2 t@1\nx done 2\nx fetch 1 G t@1 0\nx told 1 -1\n",
    // Processed again by the next owner: at least once.
    "p producer all\np send 1 t 0 k a\np acked 1 0\ng member G\nh member G\ng assigned G 1 t 0\ng "
    "read t 0 0 k a\ng commit 1 G 1 t 0 1\ng unknown 1\ng lost G 1 t 0\nh assigned G 2 t 0\nh read "
    "t "
    "0 0 k a\nh commit 1 G 2 t 0 1\nh done 1\n",
});

TEST(Checker, allows_what_only_looks_wrong) {
  for (const std::string_view lines : allowed) {
    const auto report = check_text(timed(lines));
    ASSERT_TRUE(report) << report.error().what;
    EXPECT_EQ(report->anomalies(), 0) << lines << seen_in(*report);
  }
}

TEST(Checker, counts_kills_that_hit_what_was_open) {
  const auto report = check_text(timed(
      "p producer all\np send 1 t 0 k a\nx killed\nx started\np acked 1 0\np send 2 t 0 k b\n"
      "x killed\nx killed\nx started\np acked 2 1\nx killed\nx started\ng commit 1 G 1 t 0 1\n"
      "x killed\n"));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->figures.kills, 5);
  EXPECT_EQ(report->figures.kills_amid_sends, 1);  // before the first nobody had been told
  // anything, and the third hit a start
  EXPECT_EQ(report->figures.kills_amid_commits, 1);
}

TEST(History, refuses_what_is_no_history_and_says_where) {
  const std::pair<std::string_view, std::string_view> wrong[] = {
      {"hello\n", "history:1: is no history"},
      {"weir-history 1\nx p read t 0 0 k a\n", "history:2: \"x\" is no time"},
      {"weir-history 1\n1\n", "the process is missing"},
      {"weir-history 1\n1 p jumps\n", "\"jumps\" is nothing that happens"},
      {"weir-history 1\n2 p ended\n1 p ended\n", "history:3: time goes back"},
      {"weir-history 1\n1 p send 1 t 0 k\n", "the value is missing"},
      {"weir-history 1\n1 p send 1 t 0\n", "the key is missing"},
      {"weir-history 1\n1 p send 1 t x k a\n", "\"x\" is no partition"},
      {"weir-history 1\n1 p send 1 t 0 k a b\n", "more words"},
      {"weir-history 1\n1 p send -1 t 0 k a\n", "is no operation's number"},
      {"weir-history 1\n1 p send 5000000000 t 0 k a\n", "too large a number"},
      {"weir-history 1\n1 p read t 0 -2 k a\n", "is no offset"},
      {"weir-history 1\n1 p producer 2\n", "acks are 0, 1 or all"},
      {"weir-history 1\n1 p producer all twice\n", "idempotent or not"},
      {"weir-history 1\n1 p topic t fast\n", "says nothing of a topic"},
      {"weir-history 1\n1 p topic t retention=x\n", "is no time in milliseconds"},
      {"weir-history 1\n1 p topic\n", "the topic is missing"},
      {"weir-history 1\n1 p member\n", "the group is missing"},
      {"weir-history 1\n1 p commit 1 G x t 0 1\n", "is no generation"},
      {"weir-history 1\n1 p bounds 1 0 0\n", "ends what was not begun"},
      {"weir-history 1\n1 p send 1 t 0 k a\n2 p done 1\n", "ends what was not begun"},
      {"weir-history 1\n1 p ask 1 t 0\n2 p ask 1 t 0\n", "the number was used before"},
      {"weir-history 1\n1 p ask 1 t 0\n2 p bounds 1 0 x\n", "is no offset"},
  };
  for (const auto& [text, message] : wrong) {
    const auto report = check_text(text);
    ASSERT_FALSE(report) << text;
    EXPECT_THAT(report.error().what, HasSubstr(message));
  }
}

TEST(History, takes_files_that_grow_and_orders_them_by_time) {
  History history;
  ASSERT_TRUE(history.add("a", "weir-history 1\n1 p producer all\n3 p send 1 t 0 k a\n9 p se"));
  ASSERT_TRUE(history.add("b", "weir-history 1\n2 r seek t 0 0\n7 r read t 0 0 k a\n"));
  ASSERT_TRUE(history.add("c", "weir-history 1\n"));
  ASSERT_TRUE(history.finish());
  std::vector<std::int64_t> times;
  for (const Event& event : history.events) times.push_back(event.time);
  EXPECT_THAT(times, testing::ElementsAre(1, 2, 3, 7));
  EXPECT_EQ(history.where(history.events[3]), "b:3");
  EXPECT_EQ(check(history).anomalies(), 0);

  History cut;
  ASSERT_TRUE(cut.add("a", "weir-history 1\n1 p producer all\n3 p send 1 t 0 k a\n9 p ended\n"));
  ASSERT_TRUE(cut.finish(3));
  EXPECT_EQ(cut.events.size(), 2);
}

TEST(HistoryWriter, writes_any_bytes_as_one_word) {
  EXPECT_EQ(HistoryWriter::word(std::nullopt), "~");
  EXPECT_EQ(HistoryWriter::word(""), "%");
  EXPECT_EQ(HistoryWriter::word("a b~%\n\x80"), "a%20b%7e%25%0a%80");
  HistoryWriter writer;
  writer.line(5, "p", Verb::send, 1, "t", 0, HistoryWriter::word("k"), "v");
  EXPECT_EQ(writer.text(), "weir-history 1\n5 p send 1 t 0 k v\n");
}

}  // namespace
}  // namespace weir::sim::checker
