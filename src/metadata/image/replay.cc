#include "metadata/image/replay.h"

#include "base/steps.h"
#include "metadata/image/replay_record.h"
#include "wire/message/abort_transaction_record.h"
#include "wire/message/begin_transaction_record.h"
#include "wire/message/end_transaction_record.h"
#include "wire/message/no_op_record.h"
#include "wire/message/zk_migration_state_record.h"
#include "wire/metadata_record.h"

namespace weir::metadata {
namespace {

template <class M>
Result<> replay_as(Image& image, const wire::MetadataRecord& record, Offset offset) {
  wire::Arena arena;
  M message;
  TRY(wire::decode_metadata_record(message, record, arena));
  return replay_record::apply(image, message, offset);
}

// Read, so that a version nobody knows is found out, and without effect.
template <class M>
Result<> replay_nothing(Image&, const wire::MetadataRecord& record, Offset) {
  wire::Arena arena;
  M message;
  return wire::decode_metadata_record(message, record, arena);
}

using Apply = Result<> (*)(Image&, const wire::MetadataRecord&, Offset);

// Null: nobody knows it.
Apply apply_of(std::int16_t api_key) {
  switch (api_key) {
    case wire::RegisterBrokerRecord::api_key:
      return replay_as<wire::RegisterBrokerRecord>;
    case wire::UnregisterBrokerRecord::api_key:
      return replay_as<wire::UnregisterBrokerRecord>;
    case wire::TopicRecord::api_key:
      return replay_as<wire::TopicRecord>;
    case wire::PartitionRecord::api_key:
      return replay_as<wire::PartitionRecord>;
    case wire::ConfigRecord::api_key:
      return replay_as<wire::ConfigRecord>;
    case wire::PartitionChangeRecord::api_key:
      return replay_as<wire::PartitionChangeRecord>;
    case wire::FenceBrokerRecord::api_key:
      return replay_as<wire::FenceBrokerRecord>;
    case wire::UnfenceBrokerRecord::api_key:
      return replay_as<wire::UnfenceBrokerRecord>;
    case wire::RemoveTopicRecord::api_key:
      return replay_as<wire::RemoveTopicRecord>;
    case wire::DelegationTokenRecord::api_key:
      return replay_as<wire::DelegationTokenRecord>;
    case wire::UserScramCredentialRecord::api_key:
      return replay_as<wire::UserScramCredentialRecord>;
    case wire::FeatureLevelRecord::api_key:
      return replay_as<wire::FeatureLevelRecord>;
    case wire::ClientQuotaRecord::api_key:
      return replay_as<wire::ClientQuotaRecord>;
    case wire::ProducerIdsRecord::api_key:
      return replay_as<wire::ProducerIdsRecord>;
    case wire::BrokerRegistrationChangeRecord::api_key:
      return replay_as<wire::BrokerRegistrationChangeRecord>;
    case wire::AccessControlEntryRecord::api_key:
      return replay_as<wire::AccessControlEntryRecord>;
    case wire::RemoveAccessControlEntryRecord::api_key:
      return replay_as<wire::RemoveAccessControlEntryRecord>;
    case wire::RemoveUserScramCredentialRecord::api_key:
      return replay_as<wire::RemoveUserScramCredentialRecord>;
    case wire::RemoveDelegationTokenRecord::api_key:
      return replay_as<wire::RemoveDelegationTokenRecord>;
    case wire::RegisterControllerRecord::api_key:
      return replay_as<wire::RegisterControllerRecord>;
    case wire::ClearElrRecord::api_key:
      return replay_as<wire::ClearElrRecord>;
    case wire::UnregisterControllerRecord::api_key:
      return replay_as<wire::UnregisterControllerRecord>;
    case wire::NoOpRecord::api_key:
      return replay_nothing<wire::NoOpRecord>;
    case wire::ZkMigrationStateRecord::api_key:  // of clusters that came from ZooKeeper
      return replay_nothing<wire::ZkMigrationStateRecord>;
    default:
      return nullptr;
  }
}

}  // namespace

Result<> Replay::apply(Bytes value, Offset offset) {
  count_steps();
  TRY_ASSIGN(const wire::MetadataRecord record, wire::read_metadata_record(value));
  switch (record.api_key) {
    case wire::BeginTransactionRecord::api_key:
      if (in_transaction()) return fail(Errc::corrupt, "a transaction begins within another");
      before_transaction_ = image_;
      transaction_start_ = offset;
      return {};
    case wire::EndTransactionRecord::api_key:
      if (!in_transaction()) return fail(Errc::corrupt, "a transaction ends that never began");
      before_transaction_.reset();
      transaction_start_ = no_offset;
      return {};
    case wire::AbortTransactionRecord::api_key: {
      if (!in_transaction()) return fail(Errc::corrupt, "a transaction aborts that never began");
      const Offset at = image_.offset;
      image_ = *std::move(before_transaction_);
      image_.offset = at;
      before_transaction_.reset();
      transaction_start_ = no_offset;
      return {};
    }
    default:
      break;
  }
  const Apply apply_record = apply_of(record.api_key);
  if (apply_record == nullptr) {
    return fail(Errc::unsupported,
                "a metadata record of unknown type " + std::to_string(record.api_key));
  }
  return apply_record(image_, record, offset);
}

}  // namespace weir::metadata
