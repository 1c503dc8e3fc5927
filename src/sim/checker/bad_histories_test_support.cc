#include "sim/checker/bad_histories_test_support.h"

#include <fmt/format.h>

#include <array>

namespace weir::sim::checker {
namespace {

using enum Anomaly;

// p: an idempotent producer; q: another; r: a reader; g: a member of group G.
constexpr auto by_hand = std::to_array<BadHistory>({
    {"acknowledged twice, at two offsets", told_twice,
     "p producer all idempotent\np send 1 t 0 k a\np acked 1 0\np acked 1 1\n"},
    {"acknowledged, then refused", told_twice,
     "p producer all idempotent\np send 1 t 0 k a\np acked 1 0\np refused 1 10\n"},
    {"a value that is no record's own", told_twice,
     "p producer all\np send 1 t 0 k a\np acked 1 0\np send 2 t 0 k a\np acked 2 1\n"},
    {"a commit that ends twice", told_twice,
     "g member G\ng commit 1 G 1 t 0 5\ng done 1\ng unknown 1\n"},

    {"a value from nowhere", phantom, "r read t 0 0 k a\n"},
    {"a value with other bytes", phantom,
     "p producer all\np send 1 t 0 k a\np acked 1 0\nr read t 0 0 k A\n"},
    {"a tombstone from nowhere", phantom, "r read t 0 0 k ~\n"},
    {"a tombstone of another key", phantom,
     "p producer all\np send 1 t 0 k ~\np acked 1 0\nr read t 0 1 l ~\n"},
    {"a tombstone of another partition", phantom,
     "p producer all\np send 1 t 1 k ~\np acked 1 0\nr read t 0 0 k ~\n"},

    {"another partition's record", misplaced,
     "p producer all\np send 1 t 0 k a\np acked 1 0\nr read t 1 0 k a\n"},
    {"another topic's record", misplaced,
     "p producer all\np send 1 t 0 k a\np acked 1 0\nr read u 0 0 k a\n"},
    {"another partition of a topic's next life", misplaced,
     "p producer all\np send 1 t@1 0 k a\nx delete 1 t@1\nx done 1\nx create 2 t@2\np acked 1 0\n"
     "r read t@2 1 0 k a\n"},

    {"a record of the topic that was deleted", old_topic_visible,
     "p producer all\np send 1 t@1 0 k a\np acked 1 0\nx delete 1 t@1\nx done 1\nx create 2 t@2\n"
     "x done 2\nr read t@2 0 0 k a\n"},
    {"a record that was refused before the topic was deleted", old_topic_visible,
     "p producer all\np send 1 t@1 0 k a\np unknown 1\nx delete 1 t@1\nx done 1\nx create 2 t@2\n"
     "x done 2\nr read t@2 0 0 k a\n"},
    {"a record that went to the topic's next life before there was one", old_topic_visible,
     "p producer all\np send 1 t@2 0 k a\nr read t@1 0 0 k a\n"},
    {"a topic that was never deleted shows another life's records", old_topic_visible,
     "p producer all\np send 1 t@1 0 k a\nr read t@2 0 0 k a\n"},

    {"read before anybody sent it", read_before_sent,
     "r read t 0 0 k a\np producer all\np send 1 t 0 k a\np acked 1 0\n"},

    {"another key", key_changed,
     "p producer all\np send 1 t 0 k a\np acked 1 0\nr read t 0 0 l a\n"},
    {"no key any more", key_changed,
     "p producer all\np send 1 t 0 k a\np acked 1 0\nr read t 0 0 ~ a\n"},
    {"a key where there was none", key_changed,
     "p producer all\np send 1 t 0 ~ a\np acked 1 0\nr read t 0 0 k a\n"},

    {"refused, and there", refused_visible,
     "p producer all\np send 1 t 0 k a\np refused 1 MESSAGE_TOO_LARGE\nr read t 0 0 k a\n"},
    {"refused after it was read", refused_visible,
     "p producer all\np send 1 t 0 k a\nr read t 0 0 k a\np refused 1 INVALID_RECORD\n"},

    {"one offset told to two producers", two_values,
     "p producer all\nq producer all\np send 1 t 0 k a\nq send 1 t 0 k b\np acked 1 0\nq acked 1 "
     "0\n"},
    {"one offset told twice to one producer", two_values,
     "p producer all idempotent\np send 1 t 0 k a\np send 2 t 0 k b\np acked 1 0\np acked 2 0\n"},
    {"what is read is not what was acknowledged there", two_values,
     "p producer all\nq producer all\np send 1 t 0 k a\nq send 1 t 0 k b\np acked 1 0\nq unknown "
     "1\n"
     "r read t 0 0 k b\n"},
    {"two readers, two records", two_values,
     "p producer all\np send 1 t 0 k a\np send 2 t 0 k b\nr read t 0 0 k a\ns read t 0 0 k b\n"},
    {"a record becomes a tombstone", two_values,
     "p producer all\np send 1 t 0 k a\np send 2 t 0 k ~\nr read t 0 0 k a\ns read t 0 0 k ~\n"},
    {"a tombstone changes its key", two_values,
     "p producer all\np send 1 t 0 k ~\np send 2 t 0 l ~\nr read t 0 0 k ~\ns read t 0 0 l ~\n"},

    {"the same record twice", duplicated,
     "p producer all idempotent\np send 1 t 0 k a\np acked 1 0\nr read t 0 0 k a\nr read t 0 1 k "
     "a\n"},
    {"twice, and never acknowledged", duplicated,
     "p producer all idempotent\np send 1 t 0 k a\np unknown 1\nr read t 0 0 k a\ns read t 0 4 k "
     "a\n"},
    {"acknowledged without an offset, twice there", duplicated,
     "p producer all idempotent\np send 1 t 0 k a\np acked 1 -1\nr read t 0 3 k a\nr read t 0 9 k "
     "a\n"},

    {"not where it was acknowledged", wrong_offset,
     "p producer all idempotent\np send 1 t 0 k a\np acked 1 0\nr read t 0 1 k a\n"},
    {"before where it was acknowledged", wrong_offset,
     "p producer all idempotent\np send 1 t 0 k a\nr read t 0 4 k a\np acked 1 5\n"},

    {"the second before the first", misordered,
     "p producer all idempotent\np send 1 t 0 k a\np send 2 t 0 k b\np acked 2 0\np acked 1 1\n"},
    {"a retry lands behind its successor", misordered,
     "p producer all idempotent\np send 1 t 0 k a\np send 2 t 0 k b\np send 3 t 0 k c\np acked 1 "
     "0\n"
     "p acked 3 1\np acked 2 2\n"},
    {"what was given up stands behind what came after", misordered,
     "p producer all idempotent\np send 1 t 0 k a\np send 2 t 0 k b\np acked 2 0\np unknown 1\n"
     "r read t 0 0 k b\nr read t 0 1 k a\n"},

    {"sent later, stands before", time_reversed,
     "p producer all\nq producer all\np send 1 t 0 k a\np acked 1 5\nq send 1 t 0 k b\nq acked 1 "
     "4\n"},
    {"sent after a later record was read", time_reversed,
     "p producer all\nq producer all\np send 1 t 0 k a\nr read t 0 5 k a\nq send 1 t 0 k b\n"
     "s read t 0 3 k b\n"},
    {"the log was cut and written anew", time_reversed,
     "p producer all\np send 1 t 0 k a\np acked 1 7\nx killed\np send 2 t 0 k b\np acked 2 7\n"},

    {"a reader goes back", read_back,
     "p producer all\np send 1 t 0 k a\np acked 1 0\np send 2 t 0 k b\np acked 2 1\nr read t 0 1 k "
     "b\nr read t 0 0 k a\n"},
    {"a reader gets a record twice", read_back,
     "p producer all\np send 1 t 0 k a\np acked 1 0\nr read t 0 0 k a\nr read t 0 0 k a\n"},
    {"less than what was sought", read_back,
     "p producer all\np send 1 t 0 k a\np acked 1 3\nr seek t 0 5\nr read t 0 3 k a\n"},

    {"a reader skips an acknowledged record", read_skipped,
     "p producer all\np send 1 t 0 k a\np acked 1 0\np send 2 t 0 k b\np acked 2 1\np send 3 t 0 k "
     "c\np acked 3 2\nr read t 0 0 k a\nr read t 0 2 k c\n"},
    {"a reader skips what another reads", read_skipped,
     "p producer all\np send 1 t 0 k a\np send 2 t 0 k b\np send 3 t 0 k c\nr read t 0 0 k a\n"
     "r read t 0 2 k c\ns read t 0 1 k b\n"},
    {"a reader skips the first after a seek", read_skipped,
     "p producer all\np send 1 t 0 k a\np acked 1 0\np send 2 t 0 k b\np acked 2 1\nr seek t 0 0\n"
     "r read t 0 1 k b\n"},
    {"skipped, and not deleted", read_skipped,
     "x topic t delete\np producer all\np send 1 t 0 k a\np acked 1 0\np send 2 t 0 k b\np acked 2 "
     "1\np send 3 t 0 k c\np acked 3 2\nr read t 0 0 k a\nr read t 0 2 k c\nx ask 1 t 0\nx bounds "
     "1 "
     "0 3\n"},

    {"the end is below what was acknowledged", end_back,
     "p producer all\np send 1 t 0 k a\np acked 1 4\nx ask 1 t 0\nx bounds 1 0 4\n"},
    {"the end is below what was read", end_back,
     "p producer all\np send 1 t 0 k a\nr read t 0 4 k a\nx ask 1 t 0\nx bounds 1 0 3\n"},
    {"the end goes back", end_back, "x ask 1 t 0\nx bounds 1 0 9\nx ask 2 t 0\nx bounds 2 0 8\n"},
    {"the end goes back by a crash", end_back,
     "x ask 1 t 0\nx bounds 1 0 9\nx killed\nx started\nr audit 1 t 0\nr audited 1 0 0\n"},

    {"the start goes back", start_back,
     "x topic t delete\nx ask 1 t 0\nx bounds 1 5 9\nx ask 2 t 0\nx bounds 2 4 9\n"},
    {"the start goes back by a crash", start_back,
     "x topic t delete\nx ask 1 t 0\nx bounds 1 5 5\nx killed\nr audit 1 t 0\nr audited 1 0 5\n"},

    {"nobody asked for the start to move", start_moved, "x ask 1 t 0\nx bounds 1 1 9\n"},
    {"the start moved farther than asked", start_moved,
     "x trim 1 t 0 5\nx done 1\nx ask 2 t 0\nx bounds 2 6 9\n"},
    {"the start moves before anybody asks", start_moved,
     "x ask 2 t 0\nx bounds 2 6 9\nx trim 1 t 0 6\nx done 1\n"},
    {"a topic begins where the one before it ended", start_moved,
     "x create 1 t@2\nx done 1\nx ask 2 t@2 0\nx bounds 2 6 6\n"},

    {"what was trimmed is back", trimmed_visible,
     "x trim 1 t 0 5\nx done 1\nx ask 2 t 0\nx bounds 2 0 9\n"},
    {"what was trimmed is back after a crash", trimmed_visible,
     "x trim 1 t 0 5\nx done 1\nx killed\nr audit 2 t 0\nr audited 2 4 4\n"},

    {"acknowledged, and nothing is there", acknowledged_lost,
     "p producer all idempotent\np send 1 t 0 k a\np acked 1 0\nr audit 1 t 0\nr audited 1 0 0\n"},
    {"acknowledged, and the log has a hole", acknowledged_lost,
     "p producer all\np send 1 t 0 k a\np acked 1 0\np send 2 t 0 k b\np acked 2 1\nr audit 1 t 0\n"
     "r read t 0 1 k b\nr audited 1 0 2\n"},
    {"acknowledged without an offset, and nowhere", acknowledged_lost,
     "p producer all\np send 1 t 0 k a\np acked 1 -1\nr audit 1 t 0\nr audited 1 0 0\n"},
    {"lost in the second crash", acknowledged_lost,
     "p producer all\np send 1 t 0 k a\np acked 1 0\nx killed\nr audit 1 t 0\nr read t 0 0 k a\n"
     "r audited 1 0 1\nx killed\nr audit 2 t 0\nr audited 2 0 0\n"},
    {"the tail of a compacted log is lost", acknowledged_lost,
     "x topic t compact\np producer all\np send 1 t 0 k a\np acked 1 3\nr audit 1 t 0\nr audited 1 "
     "0 "
     "3\n"},
    {"acknowledged to a careful producer, among careless ones", acknowledged_lost,
     "p producer all\nq producer 1\nq send 1 t 0 k a\nq acked 1 0\np send 1 t 0 k b\np acked 1 1\n"
     "r audit 1 t 0\nr read t 0 0 k a\nr audited 1 0 1\n"},

    {"an offset without a record", hole,
     "p producer all\np send 1 t 0 k a\np acked 1 1\nr audit 1 t 0\nr read t 0 1 k a\nr audited 1 "
     "0 "
     "2\n"},
    {"read once, gone later", hole,
     "p producer all\np send 1 t 0 k a\nr read t 0 0 k a\nr audit 1 t 0\nr audited 1 0 1\n"},

    {"cleaned away, and back", reappeared,
     "x topic t compact\np producer all\np send 1 t 0 k a\np acked 1 0\np send 2 t 0 k b\np acked "
     "2 "
     "1\nr audit 1 t 0\nr read t 0 1 k b\nr audited 1 0 2\nr audit 2 t 0\nr read t 0 0 k a\nr read "
     "t 0 "
     "1 k b\nr audited 2 0 2\n"},

    {"deleted before its time", deleted_early,
     "x topic t delete retention=1000\np producer all\np send 1 t 0 k a\np acked 1 0\nr audit 1 t "
     "0\n"
     "r audited 1 1 1\n"},

    {"a key is lost", key_lost,
     "x topic t compact\np producer all\np send 1 t 0 k a\np acked 1 0\nr audit 1 t 0\nr audited 1 "
     "0 "
     "1\n"},
    {"a key is lost behind others", key_lost,
     "x topic t compact\np producer all\np send 1 t 0 k a\np acked 1 0\np send 2 t 0 l b\np acked "
     "2 "
     "1\nr audit 1 t 0\nr read t 0 1 l b\nr audited 1 0 2\n"},

    {"a key is as of old", key_reverted,
     "x topic t compact\np producer all\np send 1 t 0 k a\np acked 1 0\np send 2 t 0 k b\np acked "
     "2 "
     "1\nr audit 1 t 0\nr read t 0 0 k a\nr audited 1 0 2\n"},
    {"a deleted key is alive again", key_reverted,
     "x topic t compact\np producer all\np send 1 t 0 k a\np acked 1 0\np send 2 t 0 k ~\np acked "
     "2 "
     "1\nr audit 1 t 0\nr read t 0 0 k a\nr audited 1 0 2\n"},

    {"a tombstone goes before its time", tombstone_early,
     "x topic t compact tombstones=1000\np producer all\np send 1 t 0 k ~\np acked 1 0\nr audit 1 "
     "t "
     "0\nr audited 1 0 1\n"},

    {"two owners in a generation", two_owners,
     "g member G\nh member G\ng assigned G 3 t 0\nh assigned G 3 t 0\n"},
    {"given to another, then given up in order", two_owners,
     "g member G\nh member G\ng assigned G 3 t 0\nh assigned G 4 t 0\ng revoked G 3 t 0\n"},
    {"two owners, generations not told", two_owners,
     "g member G\nh member G\ng assigned G -1 t 0\nh assigned G -1 t 0\ng revoked G -1 t 0\n"},

    {"a member's generation goes back", generation_back,
     "g member G\ng assigned G 3 t 0\ng lost G 3 t 0\ng assigned G 2 t 0\n"},
    {"a generation goes back by a crash", generation_back,
     "g member G\ng assigned G 3 t 0\nx killed\ng revoked G 3 t 0\ng assigned G 1 t 1\n"},

    {"a commit of a generation that is over", stale_commit,
     "g member G\nh member G\ng assigned G 3 t 0\nh assigned G 4 t 1\ng commit 1 G 3 t 0 0\ng done "
     "1\n"},
    {"a commit of who lost the partition", stale_commit,
     "g member G\nh member G\ng assigned G -1 t 0\nh assigned G -1 t 0\ng commit 1 G -1 t 0 0\ng "
     "done 1\ng lost G -1 t 0\n"},

    {"an earlier commit is told", committed_back,
     "g member G\ng commit 1 G 1 t 0 5\ng done 1\ng commit 2 G 1 t 0 9\ng done 2\nx fetch 1 G t 0\n"
     "x told 1 5\n"},
    {"an earlier commit is told after a crash", committed_back,
     "g member G\ng commit 1 G 1 t 0 5\ng done 1\ng commit 2 G 1 t 0 9\ng done 2\nx killed\nx "
     "fetch 1 "
     "G t 0\nx told 1 5\n"},
    {"a commit that failed long ago is told", committed_back,
     "g member G\ng commit 1 G 1 t 0 5\ng unknown 1\ng commit 2 G 1 t 0 9\ng done 2\nx fetch 1 G t "
     "0\nx told 1 5\n"},
    {"the next owner begins below the commit", committed_back,
     "p producer all\np send 1 t 0 k a\np acked 1 0\ng member G\nh member G\ng assigned G 1 t 0\n"
     "g read t 0 0 k a\ng commit 1 G 1 t 0 1\ng done 1\ng revoked G 1 t 0\nh assigned G 2 t 0\n"
     "h read t 0 0 k a\n"},

    {"the commit is gone", committed_lost,
     "g member G\ng commit 1 G 1 t 0 5\ng done 1\nx fetch 1 G t 0\nx told 1 -1\n"},
    {"the commit is gone after a crash", committed_lost,
     "g member G\ng commit 1 G 1 t 0 5\ng done 1\nx killed\nx started\nx fetch 1 G t 0\nx told 1 "
     "-1\n"},

    {"nobody committed that", committed_phantom,
     "g member G\ng commit 1 G 1 t 0 5\ng done 1\nx fetch 1 G t 0\nx told 1 6\n"},
    {"a commit that was refused is told", committed_phantom,
     "g member G\ng commit 1 G 1 t 0 5\ng refused 1 ILLEGAL_GENERATION\nx fetch 1 G t 0\nx told 1 "
     "5\n"},
    {"the deleted topic's commit is told", committed_phantom,
     "g member G\ng commit 1 G 1 t@1 0 5\ng done 1\nx delete 2 t@1\nx done 2\nx create 3 t@2\nx "
     "done "
     "3\nx fetch 1 G t@2 0\nx told 1 5\n"},
    {"another partition's commit is told", committed_phantom,
     "g member G\ng commit 1 G 1 t 0 5\ng done 1\nx fetch 1 G t 1\nx told 1 5\n"},

    {"committed and never processed", unprocessed,
     "p producer all\np send 1 t 0 k a\np acked 1 0\ng member G\ng commit 1 G 1 t 0 1\ng done 1\n"},
    {"processed by a reader outside the group", unprocessed,
     "p producer all\np send 1 t 0 k a\np acked 1 0\ng member G\nr read t 0 0 k a\ng commit 1 G 1 "
     "t 0 "
     "1\ng done 1\n"},
    {"processed after the commit", unprocessed,
     "p producer all\np send 1 t 0 k a\np acked 1 0\ng member G\ng commit 1 G 1 t 0 1\ng done 1\n"
     "g read t 0 0 k a\n"},
    {"one skipped among those processed", unprocessed,
     "p producer all\np send 1 t 0 k a\np acked 1 0\np send 2 t 0 k b\np acked 2 1\ng member G\n"
     "g seek t 0 1\ng read t 0 1 k b\ng commit 1 G 1 t 0 2\ng done 1\n"},
});

}  // namespace

std::span<const BadHistory> bad_histories() { return by_hand; }

std::string timed(std::string_view lines) {
  std::string text = "weir-history 1\n";
  std::int64_t time = 0;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    text += fmt::format("{} {}\n", time += 1'000'000, lines.substr(0, end));
    lines.remove_prefix(end + 1);
  }
  return text;
}

}  // namespace weir::sim::checker
