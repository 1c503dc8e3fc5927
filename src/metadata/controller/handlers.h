#pragma once
// The controller's requests, one file each. A handler reads the context's state, fills the response
// (whose strings and arrays it puts into the context's arena) and adds the records that make the
// decision happen.

#include "metadata/controller/context.h"

namespace weir::wire {
struct AllocateProducerIdsRequest;
struct AllocateProducerIdsResponse;
struct AlterConfigsRequest;
struct AlterConfigsResponse;
struct AlterPartitionRequest;
struct AlterPartitionResponse;
struct BrokerHeartbeatRequest;
struct BrokerHeartbeatResponse;
struct BrokerRegistrationRequest;
struct BrokerRegistrationResponse;
struct ControllerRegistrationRequest;
struct ControllerRegistrationResponse;
struct CreatePartitionsRequest;
struct CreatePartitionsResponse;
struct CreateTopicsRequest;
struct CreateTopicsResponse;
struct DeleteTopicsRequest;
struct DeleteTopicsResponse;
struct ElectLeadersRequest;
struct ElectLeadersResponse;
struct IncrementalAlterConfigsRequest;
struct IncrementalAlterConfigsResponse;
struct UnregisterBrokerRequest;
struct UnregisterBrokerResponse;
struct UpdateFeaturesRequest;
struct UpdateFeaturesResponse;
}  // namespace weir::wire

namespace weir::metadata {

void handle(const wire::BrokerRegistrationRequest&, wire::BrokerRegistrationResponse&,
            ControllerContext&);
void handle(const wire::BrokerHeartbeatRequest&, wire::BrokerHeartbeatResponse&,
            ControllerContext&);
void handle(const wire::UnregisterBrokerRequest&, wire::UnregisterBrokerResponse&,
            ControllerContext&);
void handle(const wire::ControllerRegistrationRequest&, wire::ControllerRegistrationResponse&,
            ControllerContext&);
void handle(const wire::CreateTopicsRequest&, wire::CreateTopicsResponse&, ControllerContext&);
void handle(const wire::DeleteTopicsRequest&, wire::DeleteTopicsResponse&, ControllerContext&);
void handle(const wire::CreatePartitionsRequest&, wire::CreatePartitionsResponse&,
            ControllerContext&);
void handle(const wire::AlterPartitionRequest&, wire::AlterPartitionResponse&, ControllerContext&);
void handle(const wire::ElectLeadersRequest&, wire::ElectLeadersResponse&, ControllerContext&);
void handle(const wire::AlterConfigsRequest&, wire::AlterConfigsResponse&, ControllerContext&);
void handle(const wire::IncrementalAlterConfigsRequest&, wire::IncrementalAlterConfigsResponse&,
            ControllerContext&);
void handle(const wire::UpdateFeaturesRequest&, wire::UpdateFeaturesResponse&, ControllerContext&);
void handle(const wire::AllocateProducerIdsRequest&, wire::AllocateProducerIdsResponse&,
            ControllerContext&);

}  // namespace weir::metadata
