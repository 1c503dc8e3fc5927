#pragma once
// A controller whose log is a counter: what it decides takes effect at once.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "metadata/controller/controller.h"
#include "wire/codec/codec.h"
#include "wire/message/broker_heartbeat_response.h"

namespace weir::metadata {

class ControllerHarness {
 public:
  explicit ControllerHarness(std::int16_t metadata_version = 33, bool elr = true);

  template <class Response>
  struct Answer {
    std::vector<std::byte> bytes;
    wire::Arena arena;
    Response response;
    std::size_t records = 0;  // how many it made
  };

  // Handles the request and applies its records.
  template <class Response, class Request>
  std::unique_ptr<Answer<Response>> call(const Request& request,
                                         std::int16_t version = Request::max_version,
                                         bool own_process = false) {
    wire::Output body;
    EXPECT_TRUE(wire::encode(request, version, body));
    auto decision = kernel.handle(
        {static_cast<wire::ApiKey>(Request::api_key), version, body.bytes(), own_process}, now());
    EXPECT_TRUE(decision) << decision.error().message();
    auto answer = std::make_unique<Answer<Response>>();
    answer->records = decision->records.size();
    apply(*decision);
    answer->bytes = std::move(decision->response);
    EXPECT_TRUE(wire::decode_whole(answer->response, Bytes(answer->bytes), version, answer->arena));
    return answer;
  }

  ControllerKernel::Now now() const { return {instant, next_offset, 1}; }
  void apply(const ControllerKernel::Decision& decision);
  const Image& image() const { return kernel.image(); }
  void pass(env::Duration duration) { instant += duration; }

  // Registers; epoch, or minus the error code.
  BrokerEpoch register_broker(BrokerId id, const Uuid& incarnation, BrokerEpoch previous = -1,
                              bool own_process = false);
  wire::BrokerHeartbeatResponse beat(BrokerId id, bool fence, bool shut_down = false);
  // Registered and unfenced, its directory is {100, id}.
  void add_broker(BrokerId id);
  static Uuid directory_of(BrokerId id) { return {100, static_cast<std::uint64_t>(id)}; }
  // With these replicas for each partition.
  void create_topic(const std::string& name, std::vector<std::vector<BrokerId>> assignments);
  const Partition& partition(std::string_view topic, PartitionIndex index = 0) const {
    return *image().partition(topic, index);
  }

  SeededRandom random{5};
  ControllerKernel kernel;
  env::Instant instant{std::chrono::seconds(1000)};
  Offset next_offset = 0;
};

}  // namespace weir::metadata
