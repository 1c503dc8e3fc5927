#include "coordinator/group/classic_group.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "wire/codec/arena.h"
#include "wire/message/consumer_protocol_subscription.h"

namespace weir::coordinator {

std::string_view name_of(GroupState state) {
  switch (state) {
    case GroupState::empty:
      return "Empty";
    case GroupState::preparing_rebalance:
      return "PreparingRebalance";
    case GroupState::completing_rebalance:
      return "CompletingRebalance";
    case GroupState::stable:
      return "Stable";
  }
  return "Unknown";
}

const ByteBuffer& Member::metadata_for(std::string_view protocol) const {
  const auto found = std::ranges::find(protocols, protocol, &Protocol::name);
  CHECK(found != protocols.end(), "a member supports its group's protocol");
  return found->metadata;
}

ClassicGroup::ClassicGroup(std::string id, std::uint64_t serial, TimestampMs now)
    : id_(std::move(id)), serial_(serial), state_timestamp_(now) {}

Result<std::unique_ptr<ClassicGroup>> ClassicGroup::load(std::string id, std::uint64_t serial,
                                                         const StoredGroup& stored) {
  auto group = std::make_unique<ClassicGroup>(std::move(id), serial, stored.state_timestamp);
  group->generation_ = stored.generation;
  group->protocol_ = stored.protocol;
  group->leader_ = stored.leader;
  if (!stored.protocol_type.empty()) group->protocol_type_ = stored.protocol_type;
  for (const StoredMember& from : stored.members) {
    if (!stored.protocol || stored.protocol_type.empty()) {
      return fail(Errc::corrupt, "group record with members but without a protocol");
    }
    if (group->members_.contains(from.member_id) ||
        (from.instance_id && group->static_members_.contains(*from.instance_id))) {
      return fail(Errc::corrupt, "group record with a member twice");
    }
    Member member;
    member.id = from.member_id;
    member.instance_id = from.instance_id;
    member.client_id = from.client_id;
    member.client_host = from.client_host;
    // Values before version 1 do not have it.
    member.rebalance_timeout_ms =
        from.rebalance_timeout_ms == -1 ? from.session_timeout_ms : from.rebalance_timeout_ms;
    member.session_timeout_ms = from.session_timeout_ms;
    member.protocols.push_back({*stored.protocol, from.subscription});
    member.assignment = from.assignment;
    group->add(std::move(member), stored.protocol_type);
  }
  if (!stored.members.empty()) group->state_ = GroupState::stable;
  group->compute_topics();
  return group;
}

Member* ClassicGroup::find(std::string_view member_id) {
  const auto found = members_.find(member_id);
  return found == members_.end() ? nullptr : &found->second;
}

const std::string* ClassicGroup::static_member_id(std::string_view instance_id) const {
  const auto found = static_members_.find(instance_id);
  return found == static_members_.end() ? nullptr : &found->second;
}

std::int32_t ClassicGroup::rebalance_timeout_ms() const {
  std::int32_t longest = 0;
  for (const auto& [id, member] : members_)
    longest = std::max(longest, member.rebalance_timeout_ms);
  return longest;
}

wire::ErrorCode ClassicGroup::validate(std::string_view member_id,
                                       const std::optional<std::string_view>& instance) const {
  if (instance) {
    const std::string* current = static_member_id(*instance);
    if (current == nullptr) return wire::ErrorCode::unknown_member_id;
    if (*current != member_id) return wire::ErrorCode::fenced_instance_id;
  }
  return members_.contains(member_id) ? wire::ErrorCode::none : wire::ErrorCode::unknown_member_id;
}

Member& ClassicGroup::add(Member member, std::string_view protocol_type) {
  if (members_.empty()) protocol_type_ = protocol_type;
  CHECK(protocol_type_ == protocol_type, "members are of one protocol type");
  if (member.instance_id) {
    const bool is_free = static_members_.emplace(*member.instance_id, member.id).second;
    CHECK(is_free, "a static member is replaced, not added twice");
  }
  if (!leader_) leader_ = member.id;
  if (const auto pending = pending_joins.find(member.id); pending != pending_joins.end()) {
    pending_joins.erase(pending);
  }
  count_protocols(member, 1);
  if (member.is_awaiting_join()) ++awaiting_join_;
  const auto [at, added] = members_.emplace(member.id, std::move(member));
  CHECK(added, "a member is added once");
  return at->second;
}

void ClassicGroup::remove(std::string_view member_id) {
  if (const auto found = members_.find(member_id); found != members_.end()) {
    const Member& member = found->second;
    count_protocols(member, -1);
    if (member.is_awaiting_join()) --awaiting_join_;
    if (member.instance_id) static_members_.erase(*member.instance_id);
    const bool was_leader = is_leader(member_id);
    pending_syncs.erase(member.id);
    members_.erase(found);
    if (was_leader) {
      leader_ = members_.empty() ? std::nullopt : std::optional(members_.begin()->first);
    }
    return;
  }
  if (const auto found = pending_joins.find(member_id); found != pending_joins.end()) {
    pending_joins.erase(found);
  }
}

Member& ClassicGroup::replace_static(std::string_view old_id, std::string new_id) {
  auto node = members_.extract(members_.find(old_id));
  CHECK(!node.empty() && node.mapped().instance_id.has_value());
  CHECK(!node.mapped().is_awaiting_join() && node.mapped().sync_token == 0);
  if (is_leader(old_id)) leader_ = new_id;
  node.key() = new_id;
  Member& member = node.mapped();
  member.id = std::move(new_id);
  member.is_new = false;
  static_members_.insert_or_assign(*member.instance_id, member.id);
  return members_.insert(std::move(node)).position->second;
}

void ClassicGroup::update(Member& member, std::vector<Protocol> protocols,
                          std::int32_t rebalance_timeout_ms, std::int32_t session_timeout_ms) {
  count_protocols(member, -1);
  member.protocols = std::move(protocols);
  count_protocols(member, 1);
  member.rebalance_timeout_ms = rebalance_timeout_ms;
  member.session_timeout_ms = session_timeout_ms;
}

void ClassicGroup::set_join_token(Member& member, Token token) {
  if (token != 0 && member.join_token == 0) ++awaiting_join_;
  if (token == 0 && member.join_token != 0) --awaiting_join_;
  member.join_token = token;
}

bool ClassicGroup::elect_leader_among_joined() {
  const Member* current = leader_ ? find(*leader_) : nullptr;
  if (current != nullptr && current->is_awaiting_join()) return true;
  const auto joined = std::ranges::find_if(
      members_, [](const auto& entry) { return entry.second.is_awaiting_join(); });
  if (joined == members_.end()) return false;
  leader_ = joined->first;
  return true;
}

bool ClassicGroup::supports(std::string_view protocol_type,
                            const std::vector<Protocol>& protocols) const {
  if (is(GroupState::empty)) return !protocol_type.empty() && !protocols.empty();
  if (protocol_type_ != protocol_type) return false;
  return std::ranges::any_of(protocols, [&](const Protocol& protocol) {
    const auto found = supported_.find(protocol.name);
    const std::int32_t count = found == supported_.end() ? 0 : found->second;
    return static_cast<std::size_t>(count) == members_.size();
  });
}

std::string ClassicGroup::select_protocol() const {
  CHECK(!members_.empty());
  std::map<std::string_view, std::int32_t> votes;
  for (const auto& [id, member] : members_) {
    const auto vote = std::ranges::find_if(member.protocols, [&](const Protocol& protocol) {
      const auto found = supported_.find(protocol.name);
      return found != supported_.end() &&
             static_cast<std::size_t>(found->second) == members_.size();
    });
    CHECK(vote != member.protocols.end(), "members share a protocol");
    ++votes[vote->name];
  }
  const auto by_count = [](const auto& a, const auto& b) { return a.second < b.second; };
  return std::string(std::ranges::max_element(votes, by_count)->first);
}

bool ClassicGroup::is_subscribed_to(std::string_view topic) const {
  return topics_ ? topics_->contains(topic) : uses_consumer_protocol();
}

void ClassicGroup::transition_to(GroupState state, TimestampMs now) {
  previous_state_ = state_;
  state_ = state;
  state_timestamp_ = now;
}

void ClassicGroup::begin_next_generation(TimestampMs now) {
  // It wraps, as in Java: the log may hold any number.
  generation_ = static_cast<std::int32_t>(static_cast<std::uint32_t>(generation_) + 1);
  if (members_.empty()) {
    protocol_.reset();
    compute_topics();
    transition_to(GroupState::empty, now);
  } else {
    protocol_ = select_protocol();
    compute_topics();
    transition_to(GroupState::completing_rebalance, now);
  }
  pending_syncs.clear();
}

StoredGroup ClassicGroup::stored(
    const std::map<std::string, ByteBuffer, std::less<>>* assignments) const {
  StoredGroup out;
  out.protocol_type = protocol_type_.value_or("");
  out.generation = generation_;
  out.protocol = protocol_;
  out.leader = leader_;
  out.state_timestamp = state_timestamp_;
  out.members.reserve(members_.size());
  for (const auto& [id, member] : members_) {
    StoredMember& to = out.members.emplace_back();
    to.member_id = member.id;
    to.instance_id = member.instance_id;
    to.client_id = member.client_id;
    to.client_host = member.client_host;
    to.rebalance_timeout_ms = member.rebalance_timeout_ms;
    to.session_timeout_ms = member.session_timeout_ms;
    to.subscription = member.metadata_for(*protocol_);
    if (assignments == nullptr) {
      to.assignment = member.assignment;
    } else if (const auto found = assignments->find(id); found != assignments->end()) {
      to.assignment = found->second;
    }
  }
  return out;
}

void ClassicGroup::count_protocols(const Member& member, std::int32_t step) {
  std::set<std::string_view> seen;  // a client may list a protocol twice: it counts once
  for (const Protocol& protocol : member.protocols) {
    if (!seen.insert(protocol.name).second) continue;
    const auto at = supported_.try_emplace(protocol.name, 0).first;
    at->second += step;
    if (at->second == 0) supported_.erase(at);
  }
}

// A consumer's subscription is read by its oldest version, which starts every later one.
void ClassicGroup::compute_topics() {
  topics_.reset();
  if (!uses_consumer_protocol()) return;
  if (!members_.empty() && !protocol_) return;
  std::set<std::string, std::less<>> topics;
  for (const auto& [id, member] : members_) {
    const Bytes bytes = member.metadata_for(*protocol_);
    if (bytes.size() < 2 || load_be<std::int16_t>(bytes.data()) < 0) return;
    wire::Arena arena;
    wire::ConsumerProtocolSubscription subscription;
    if (!wire::decode(subscription, bytes.subspan(2), 0, arena)) return;
    for (const wire::Str topic : subscription.topics) topics.insert(topic.str());
  }
  topics_ = std::move(topics);
}

}  // namespace weir::coordinator
