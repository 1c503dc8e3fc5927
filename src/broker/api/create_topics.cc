// CreateTopics: the controller places and records them (KIP-4, 464, 525).

#include "wire/message/create_topics_request.h"
#include "wire/message/create_topics_response.h"

#include "broker/api/forward.h"

namespace weir::broker::api {
namespace {

using wire::CreateTopicsRequest;
using wire::CreateTopicsResponse;

void refuse(Request& request, const CreateTopicsRequest& body, CreateTopicsResponse& response) {
  response.topics =
      request.arena.array<CreateTopicsResponse::CreatableTopicResult>(body.topics.size());
  for (std::size_t i = 0; i < body.topics.size(); ++i) {
    auto& answer = response.topics[i];
    answer.name = body.topics[i].name;
    answer.error_code = code(wire::ErrorCode::kafka_storage_error);
    answer.error_message = no_room_message;
  }
}

}  // namespace

const Api create_topics{wire::ApiKey::create_topics,
                        forward_change<CreateTopicsRequest, CreateTopicsResponse, refuse>};

}  // namespace weir::broker::api
