// Random members against one shard: they join, sync, beat, commit, leave, fall silent and come
// back, the log commits, refuses and changes hands. After every step the facts that a group
// promises are checked.

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "base/random.h"
#include "coordinator/group/shard_test_support.h"

namespace weir::coordinator {
namespace {

class GroupModel : public ShardTest {
 protected:
  struct Client {
    std::optional<std::string> instance;
    std::string id;  // empty: none yet
    Token join = 0;
    Token sync = 0;
    std::int32_t generation = -1;  // of the assignment it holds, -1: none
    std::int32_t joined_generation = -1;
    bool leads = false;
    std::vector<std::string> members;  // when it leads
  };

  GroupModel() { commits_at_once = false; }

  void forget(Client& client) {
    client.id.clear();
    client.generation = client.joined_generation = -1;
    client.join = client.sync = 0;
  }

  void start_join(Client& client) {
    if (client.join != 0 || client.sync != 0) return;
    Join what;
    what.member = client.id;
    what.instance = client.instance;
    what.rebalance_ms = 8'000;
    what.protocols = {{"range", subscription({"orders"})}};
    client.generation = -1;
    client.join = join(what);
  }

  void start_sync(Client& client) {
    Sync what;
    what.member = client.id;
    what.instance = client.instance;
    what.generation = client.joined_generation;
    if (client.leads) {
      for (const std::string& member : client.members) {
        what.assignments.emplace_back(member, std::to_string(what.generation) + "/" + member);
      }
    }
    client.sync = sync(what);
  }

  void collect(Client& client) {
    if (client.join != 0 && has_joined(client.join)) {
      const JoinAnswer answer = joined(client.join);
      client.join = 0;
      if (answer.error == ErrorCode::member_id_required) {
        client.id = answer.member_id;
        start_join(client);
      } else if (answer.error == ErrorCode::none) {
        client.id = answer.member_id;
        client.joined_generation = answer.generation;
        client.leads = answer.leader == answer.member_id;
        client.members.clear();
        for (const auto& member : answer.members) client.members.push_back(member.member_id);
        if (client.leads && !answer.skip_assignment) check_leader(answer);
        start_sync(client);
      } else {
        forget(client);
      }
    }
    if (client.sync != 0 && has_synced(client.sync)) {
      const SyncAnswer answer = synced(client.sync);
      client.sync = 0;
      if (answer.error == ErrorCode::none) {
        client.generation = client.joined_generation;
        const std::string text(as_text(answer.assignment));
        // A member that came after the assignment was made has none; else it is its own, of one
        // generation.
        if (!text.empty() && !client.instance) {
          EXPECT_EQ(text, std::to_string(client.generation) + "/" + client.id);
        }
      } else if (answer.error != ErrorCode::rebalance_in_progress &&
                 answer.error != ErrorCode::coordinator_not_available) {
        forget(client);
      }
    }
  }

  void check_leader(const JoinAnswer& answer) {
    EXPECT_TRUE(leader_of.emplace(answer.generation, answer.leader).second ||
                leader_of[answer.generation] == answer.leader)
        << "one leader a generation";
    std::set<std::string> ids;
    for (const auto& member : answer.members) EXPECT_TRUE(ids.insert(member.member_id).second);
    EXPECT_TRUE(ids.contains(answer.leader));
  }

  void check() {
    const GroupEntry* entry = shard->store().find("g");
    if (entry == nullptr || entry->classic == nullptr) return;
    const ClassicGroup& group = *entry->classic;
    if (group.serial() !=
        serial) {  // the group is another one: its birth was refused, or it was loaded
      serial = group.serial();
      highest_generation = 0;
      leader_of.clear();
    }
    EXPECT_GE(group.generation(), highest_generation) << "generations only rise";
    highest_generation = group.generation();
    std::size_t awaiting = 0;
    std::size_t instances = 0;
    for (const auto& [id, member] : group.members()) {
      EXPECT_EQ(member.id, id);
      awaiting += member.is_awaiting_join();
      instances += member.is_static();
      if (member.instance_id) EXPECT_EQ(*group.static_member_id(*member.instance_id), id);
      EXPECT_TRUE(member.session_timer || member.is_excused_from_heartbeats()) << id;
    }
    EXPECT_EQ(group.awaiting_join(), awaiting);
    EXPECT_EQ(group.static_members(), instances);
    if (group.is(GroupState::empty)) {
      EXPECT_TRUE(group.members().empty());
    } else if (!group.is(GroupState::preparing_rebalance)) {
      EXPECT_FALSE(group.members().empty());
      EXPECT_TRUE(group.protocol().has_value());
    }
  }

  void step(SeededRandom& choices) {
    Client& client = clients[choices.below(clients.size())];
    switch (choices.below(12)) {
      case 0:
      case 1:
        start_join(client);
        break;
      case 2:
        if (!client.id.empty() && client.join == 0 && client.sync == 0) {
          leave("g", client.id, client.instance);
          forget(client);
        }
        break;
      case 3:
      case 4:
      case 5:
        if (!client.id.empty() && client.generation >= 0 && client.join == 0) {
          const ErrorCode error = heartbeat(
              {.member = client.id, .generation = client.generation, .instance = client.instance});
          if (error == ErrorCode::rebalance_in_progress) {
            start_join(client);
          } else if (error != ErrorCode::none) {
            forget(client);
          }
        }
        break;
      case 6:
      case 7:
        if (!client.id.empty() && client.generation >= 0) commit_as(client);
        break;
      case 8:
        advance(std::chrono::milliseconds(choices.below(4'000)));
        break;
      case 9:
        if (!uncommitted.empty()) {
          if (choices.one_in(4)) {
            refuse_log(ErrorCode::coordinator_not_available);
          } else {
            commit_log();
          }
        }
        break;
      case 10:
        if (choices.one_in(20)) change_leader();
        break;
      case 11:
        if (choices.one_in(3)) {  // the process dies: it forgets everything
          if (client.join == 0 && client.sync == 0) forget(client);
        }
        break;
    }
    for (Client& each : clients) collect(each);
    check();
  }

  void commit_as(Client& client) {
    const Offset offset = ++last_offset;
    const ErrorCode error = commit({.member = client.id,
                                    .generation = client.generation,
                                    .offset = offset,
                                    .instance = client.instance});
    const ClassicGroup* group =
        shard->store().find("g") == nullptr ? nullptr : shard->store().find("g")->classic.get();
    if (error == ErrorCode::none) {
      ASSERT_NE(group, nullptr);
      EXPECT_EQ(group->generation(), client.generation) << "commits of this generation only";
      EXPECT_EQ(fetch_offset("g"), offset);
    } else if (fetch_offset("g") == offset) {
      ADD_FAILURE() << "a refused commit has moved the offset";
    }
  }

  // What was not committed is gone, with everybody who waits; what was is there.
  void change_leader() {
    Output out;
    shard->resign(ErrorCode::not_coordinator, out);
    take(out);
    for (Client& each : clients) {
      if (each.join != 0 && has_joined(each.join)) joined(each.join);
      if (each.sync != 0 && has_synced(each.sync)) synced(each.sync);
      each.join = each.sync = 0;
    }
    fail_over();
    highest_generation = 0;  // generations that were never stored are handed out again
    leader_of.clear();
  }

  std::vector<Client> clients;
  std::map<std::int32_t, std::string> leader_of;
  std::uint64_t serial = 0;
  std::int32_t highest_generation = 0;
  Offset last_offset = 0;
};

TEST_F(GroupModel, keeps_its_promises_whatever_members_and_log_do) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom choices(seed);
    shard = std::make_unique<GroupShard>(config);
    log.clear();
    uncommitted.clear();
    committed = 0;
    serial = 0;
    joins.clear();
    syncs.clear();
    leader_of.clear();
    highest_generation = 0;
    load();
    clients.assign(6, Client{});
    clients[4].instance = "i4";
    clients[5].instance = "i5";
    for (int i = 0; i < 600 && !HasFailure(); ++i) step(choices);
    ASSERT_FALSE(HasFailure());

    // Left alone with a log that works, everybody comes together.
    commits_at_once = true;
    if (!uncommitted.empty()) commit_log();
    for (int i = 0; i < 120; ++i) {
      advance(500ms);
      for (Client& client : clients) {
        if (client.join == 0 && client.sync == 0 && client.generation < 0) start_join(client);
        if (client.generation >= 0 && client.join == 0) {
          const ErrorCode error = heartbeat(
              {.member = client.id, .generation = client.generation, .instance = client.instance});
          if (error == ErrorCode::rebalance_in_progress) {
            start_join(client);
          } else if (error != ErrorCode::none) {
            forget(client);
          }
        }
        collect(client);
        commit_log();
        collect(client);
      }
    }
    EXPECT_EQ(state(), "Stable");
    EXPECT_EQ(classic().members().size(), clients.size());
    for (const Client& client : clients) EXPECT_EQ(client.generation, classic().generation());

    // The log alone says the same.
    const StoredGroup before = classic().stored(nullptr);
    const Offset offset = fetch_offset("g");
    fail_over();
    const StoredGroup after = classic().stored(nullptr);
    EXPECT_EQ(after.members, before.members);
    EXPECT_EQ(after.generation, before.generation);
    EXPECT_EQ(fetch_offset("g"), offset);
    commits_at_once = false;
    ASSERT_FALSE(HasFailure());
  }
}

}  // namespace
}  // namespace weir::coordinator
