// DeleteTopics, by name or id (KIP-516).

#include "wire/message/delete_topics_request.h"
#include "wire/message/delete_topics_response.h"

#include "broker/api/forward.h"

namespace weir::broker::api {
namespace {

using wire::DeleteTopicsRequest;
using wire::DeleteTopicsResponse;

// Topics are named one by one from version 6 on, and by name or id.
void refuse(Request& request, const DeleteTopicsRequest& body, DeleteTopicsResponse& response) {
  const bool by_state = request.version >= 6;
  const std::size_t count = by_state ? body.topics.size() : body.topic_names.size();
  response.responses = request.arena.array<DeleteTopicsResponse::DeletableTopicResult>(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto& answer = response.responses[i];
    answer.name = by_state ? body.topics[i].name : body.topic_names[i];
    if (by_state) answer.topic_id = body.topics[i].topic_id;
    answer.error_code = code(wire::ErrorCode::kafka_storage_error);
    if (request.version >= 5) answer.error_message = no_room_message;
  }
}

}  // namespace

const Api delete_topics{wire::ApiKey::delete_topics,
                        forward_change<DeleteTopicsRequest, DeleteTopicsResponse, refuse>};

}  // namespace weir::broker::api
