#include "replication/quorum/control_record.h"

#include <string>

#include "base/check.h"
#include "wire/codec/codec.h"
#include "wire/message/kraft_version_record.h"
#include "wire/message/leader_change_message.h"
#include "wire/message/snapshot_footer_record.h"
#include "wire/message/snapshot_header_record.h"
#include "wire/message/voters_record.h"
#include "wire/record/record.h"

namespace weir::replication {
namespace {

enum class ControlType : std::int16_t {
  leader_change = 2,
  snapshot_header = 3,
  snapshot_footer = 4,
  kraft_version = 5,
  kraft_voters = 6,
};

ControlType type_of(const ControlRecord& record) {
  return static_cast<ControlType>(record.index() + 2);
}

template <class M>
Result<M> decode_as(wire::Blob value, wire::Arena& arena) {
  // The value's first field is the version it is written in.
  if (value.size() < 2) return fail(Errc::corrupt, "a control record is truncated");
  M message;
  TRY(wire::decode_whole(message, value.view(), load_be<std::int16_t>(value.view().data()), arena));
  return message;
}

std::vector<BrokerId> ids_of(const wire::Array<wire::LeaderChangeMessage::Voter>& voters) {
  std::vector<BrokerId> ids;
  for (const auto& voter : voters) ids.push_back(voter.voter_id);
  return ids;
}

Result<ControlRecord> read_leader_change(wire::Blob value) {
  wire::Arena arena;
  TRY_ASSIGN(const auto message, decode_as<wire::LeaderChangeMessage>(value, arena));
  return LeaderChange{message.leader_id, ids_of(message.voters), ids_of(message.granting_voters)};
}

Result<ControlRecord> read_voters(wire::Blob value) {
  wire::Arena arena;
  TRY_ASSIGN(const auto message, decode_as<wire::VotersRecord>(value, arena));
  KRaftVoters voters;
  for (const auto& from : message.voters) {
    Voter voter;
    voter.id = from.voter_id;
    voter.directory_id = from.voter_directory_id;
    for (const auto& endpoint : from.endpoints) {
      voter.endpoints.push_back({endpoint.name.str(), endpoint.host.str(), endpoint.port});
    }
    voter.kraft_version_min = from.kraft_version_feature.min_supported_version;
    voter.kraft_version_max = from.kraft_version_feature.max_supported_version;
    voters.voters.push_back(std::move(voter));
  }
  return voters;
}

template <class M>
void encode_value(const M& message, wire::Output& output) {
  CHECK(wire::encode(message, 0, output).has_value(), "a control record fits its version");
}

void encode_leader_change(const LeaderChange& record, wire::Output& output) {
  const auto voters_of = [](const std::vector<BrokerId>& ids) {
    std::vector<wire::LeaderChangeMessage::Voter> voters(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) voters[i].voter_id = ids[i];
    return voters;
  };
  auto voters = voters_of(record.voters);
  auto granting = voters_of(record.granting_voters);
  wire::LeaderChangeMessage message;
  message.leader_id = record.leader_id;
  message.voters = voters;
  message.granting_voters = granting;
  encode_value(message, output);
}

void encode_voters(const KRaftVoters& record, wire::Output& output) {
  std::vector<wire::VotersRecord::Voter> voters(record.voters.size());
  std::vector<std::vector<wire::VotersRecord::Endpoint>> endpoints(record.voters.size());
  for (std::size_t i = 0; i < voters.size(); ++i) {
    const Voter& from = record.voters[i];
    for (const auto& listener : from.endpoints) {
      wire::VotersRecord::Endpoint endpoint;
      endpoint.name = listener.name;
      endpoint.host = listener.host;
      endpoint.port = listener.port;
      endpoints[i].push_back(endpoint);
    }
    voters[i].voter_id = from.id;
    voters[i].voter_directory_id = from.directory_id;
    voters[i].endpoints = endpoints[i];
    voters[i].kraft_version_feature.min_supported_version = from.kraft_version_min;
    voters[i].kraft_version_feature.max_supported_version = from.kraft_version_max;
  }
  wire::VotersRecord message;
  message.voters = voters;
  encode_value(message, output);
}

struct EncodeValue {
  wire::Output& output;
  void operator()(const LeaderChange& record) const { encode_leader_change(record, output); }
  void operator()(const SnapshotHeader& record) const {
    wire::SnapshotHeaderRecord message;
    message.last_contained_log_timestamp = record.last_contained_log_timestamp;
    encode_value(message, output);
  }
  void operator()(const SnapshotFooter&) const {
    encode_value(wire::SnapshotFooterRecord{}, output);
  }
  void operator()(const KRaftVersion& record) const {
    wire::KRaftVersionRecord message;
    message.kraft_version = record.version;
    encode_value(message, output);
  }
  void operator()(const KRaftVoters& record) const { encode_voters(record, output); }
};

}  // namespace

Result<ControlRecord> read_control_record(wire::Blob key, wire::Blob value) {
  if (key.size() < 4) return fail(Errc::corrupt, "a control record has no type");
  const auto type = load_be<std::int16_t>(key.view().data() + 2);
  wire::Arena arena;
  switch (static_cast<ControlType>(type)) {
    case ControlType::leader_change:
      return read_leader_change(value);
    case ControlType::snapshot_header: {
      TRY_ASSIGN(const auto message, decode_as<wire::SnapshotHeaderRecord>(value, arena));
      return SnapshotHeader{message.last_contained_log_timestamp};
    }
    case ControlType::snapshot_footer: {
      TRY(decode_as<wire::SnapshotFooterRecord>(value, arena));
      return SnapshotFooter{};
    }
    case ControlType::kraft_version: {
      TRY_ASSIGN(const auto message, decode_as<wire::KRaftVersionRecord>(value, arena));
      return KRaftVersion{message.kraft_version};
    }
    case ControlType::kraft_voters:
      return read_voters(value);
  }
  return fail(Errc::unsupported, "a control record of unknown type " + std::to_string(type));
}

Result<std::vector<ControlRecord>> read_control_batch(const wire::BatchView& batch) {
  if (batch.codec() != wire::Codec::none) {
    return fail(Errc::unsupported, "a compressed control batch");
  }
  std::vector<ControlRecord> records;
  wire::RecordIterator iterator(batch);
  for (wire::Record record;;) {
    TRY_ASSIGN(const bool more, iterator.next(record));
    if (!more) return records;
    TRY_ASSIGN(auto control, read_control_record(record.key, record.value));
    records.push_back(std::move(control));
  }
}

void add_control_record(const ControlRecord& record, TimestampMs now, wire::BatchBuilder& builder) {
  std::byte key[4];
  store_be<std::int16_t>(key, 0);
  store_be<std::int16_t>(key + 2, static_cast<std::int16_t>(type_of(record)));
  wire::Output value;
  std::visit(EncodeValue{value}, record);
  builder.add({.timestamp = now, .key = Bytes(key), .value = value.bytes()});
}

void apply_control_record(const ControlRecord& record, Offset offset, Membership& membership) {
  if (const auto* version = std::get_if<KRaftVersion>(&record)) {
    membership.kraft_version = version->version;
  } else if (const auto* voters = std::get_if<KRaftVoters>(&record)) {
    membership.voters = voters->voters;
    membership.voters_offset = offset;
  }
}

}  // namespace weir::replication
