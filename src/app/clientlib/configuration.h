#pragma once
// From the options of the public library to the configuration of what it wraps. The typed fields
// say what Kafka's properties say, and are judged as they are: failures are invalid, not_found (a
// property's name, with the nearest that is known) and unsupported.

#include <expected>

#include "client/properties.h"
#include "weir/admin.h"
#include "weir/client.h"
#include "weir/consumer.h"
#include "weir/producer.h"

namespace weir::clientlib {

using Configured = std::expected<client::ClientConfig, Failure>;

Configured configured(const ClientOptions& options);
Configured configured(client::ClientConfig defaults, const Properties& properties);
Configured configured(const client::ClientConfig& defaults, const ProducerOptions& options);
Configured configured(const client::ClientConfig& defaults, const ConsumerOptions& options);
Configured configured(const client::ClientConfig& defaults, const AdminOptions& options);

}  // namespace weir::clientlib
