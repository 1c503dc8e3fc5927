#pragma once
// What every connection of a client needs to know. The names are Kafka's properties.

#include <chrono>
#include <cstddef>
#include <string>

namespace weir::rpc {

struct ConnectionOptions {
  std::string client_id = "weir";                         // client.id
  std::string software_version = "unknown";               // told to brokers (KIP-511)
  std::chrono::milliseconds request_timeout{30'000};      // request.timeout.ms
  std::chrono::milliseconds setup_timeout{10'000};        // socket.connection.setup.timeout.ms
  std::chrono::milliseconds idle_time_max{540'000};       // connections.max.idle.ms
  std::size_t response_bytes_max = std::size_t{1} << 30;  // a longer answer is not Kafka
};

}  // namespace weir::rpc
