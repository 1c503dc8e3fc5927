#pragma once
// One record's effect on an image, a function a record type. Used by replay.cc alone.

#include "base/result.h"
#include "metadata/image/image.h"
#include "wire/codec/codec.h"
#include "wire/message/access_control_entry_record.h"
#include "wire/message/broker_registration_change_record.h"
#include "wire/message/clear_elr_record.h"
#include "wire/message/client_quota_record.h"
#include "wire/message/config_record.h"
#include "wire/message/delegation_token_record.h"
#include "wire/message/feature_level_record.h"
#include "wire/message/fence_broker_record.h"
#include "wire/message/partition_change_record.h"
#include "wire/message/partition_record.h"
#include "wire/message/producer_ids_record.h"
#include "wire/message/register_broker_record.h"
#include "wire/message/register_controller_record.h"
#include "wire/message/remove_access_control_entry_record.h"
#include "wire/message/remove_delegation_token_record.h"
#include "wire/message/remove_topic_record.h"
#include "wire/message/remove_user_scram_credential_record.h"
#include "wire/message/topic_record.h"
#include "wire/message/unfence_broker_record.h"
#include "wire/message/unregister_broker_record.h"
#include "wire/message/unregister_controller_record.h"
#include "wire/message/user_scram_credential_record.h"

namespace weir::metadata::replay_record {

template <class T>
std::vector<T> to_vector(const wire::Array<T>& array) {
  return std::vector<T>(array.begin(), array.end());
}

// replay_cluster.cc
Result<> apply(Image&, const wire::RegisterBrokerRecord&, Offset offset);
Result<> apply(Image&, const wire::UnregisterBrokerRecord&, Offset);
Result<> apply(Image&, const wire::FenceBrokerRecord&, Offset);
Result<> apply(Image&, const wire::UnfenceBrokerRecord&, Offset);
Result<> apply(Image&, const wire::BrokerRegistrationChangeRecord&, Offset);
Result<> apply(Image&, const wire::RegisterControllerRecord&, Offset);
Result<> apply(Image&, const wire::UnregisterControllerRecord&, Offset);
Result<> apply(Image&, const wire::FeatureLevelRecord&, Offset);
Result<> apply(Image&, const wire::ProducerIdsRecord&, Offset);
// replay_topics.cc
Result<> apply(Image&, const wire::TopicRecord&, Offset);
Result<> apply(Image&, const wire::PartitionRecord&, Offset);
Result<> apply(Image&, const wire::PartitionChangeRecord&, Offset);
Result<> apply(Image&, const wire::RemoveTopicRecord&, Offset);
Result<> apply(Image&, const wire::ClearElrRecord&, Offset);
// replay_resources.cc
Result<> apply(Image&, const wire::ConfigRecord&, Offset);
Result<> apply(Image&, const wire::ClientQuotaRecord&, Offset);
Result<> apply(Image&, const wire::AccessControlEntryRecord&, Offset);
Result<> apply(Image&, const wire::RemoveAccessControlEntryRecord&, Offset);
Result<> apply(Image&, const wire::UserScramCredentialRecord&, Offset);
Result<> apply(Image&, const wire::RemoveUserScramCredentialRecord&, Offset);
Result<> apply(Image&, const wire::DelegationTokenRecord&, Offset);
Result<> apply(Image&, const wire::RemoveDelegationTokenRecord&, Offset);

}  // namespace weir::metadata::replay_record
