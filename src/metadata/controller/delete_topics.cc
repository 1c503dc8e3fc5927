// DeleteTopics, by name or by id (ControllerApis.deleteTopics).

#include <map>
#include <set>

#include "metadata/controller/handlers.h"
#include "wire/message/delete_topics_request.h"
#include "wire/message/delete_topics_response.h"
#include "wire/message/remove_topic_record.h"

namespace weir::metadata {
namespace {

using wire::ErrorCode;

// What was asked for, each name and each id once.
struct AskedTopics {
  std::set<std::string> names, duplicate_names;
  std::set<Uuid> ids, duplicate_ids;

  void add_name(const std::string& name) {
    if (duplicate_names.contains(name) || !names.insert(name).second) {
      duplicate_names.insert(name);
      names.erase(name);
    }
  }
  void add_id(const Uuid& id) {
    if (duplicate_ids.contains(id) || !ids.insert(id).second) {
      duplicate_ids.insert(id);
      ids.erase(id);
    }
  }
};

class Deletion {
 public:
  explicit Deletion(ControllerContext& context) : context_(context) {}

  void run(const wire::DeleteTopicsRequest& request) {
    AskedTopics asked = read(request);
    for (const auto& name : asked.duplicate_names) {
      answer(name, zero_uuid, {ErrorCode::invalid_request, "Duplicate topic name."});
    }
    for (const auto& id : asked.duplicate_ids) {
      answer(std::nullopt, id, {ErrorCode::invalid_request, "Duplicate topic id."});
    }
    std::map<Uuid, std::string> found;
    for (const auto& id : asked.ids) {
      const Topic* topic = context_.image.topic(id);
      if (topic == nullptr) {
        answer(std::nullopt, id, plain_error(ErrorCode::unknown_topic_id));
      } else {
        found.emplace(id, topic->name);
      }
    }
    for (const auto& name : asked.names) find_by_name(name, asked, found);
    for (const auto& [id, name] : found) {
      wire::RemoveTopicRecord record;
      record.topic_id = id;
      context_.records.add(record, 0);
      answer(name, id, {});
    }
  }

  void refuse_all(const wire::DeleteTopicsRequest& request, const ApiError& error) {
    for (const auto& name : request.topic_names) answer(name.str(), zero_uuid, error);
    for (const auto& topic : request.topics) {
      answer(topic.name.is_null() ? std::nullopt : std::optional(topic.name.str()), topic.topic_id,
             error);
    }
  }

  wire::Array<wire::DeleteTopicsResponse::DeletableTopicResult> results() {
    return context_.array(results_);
  }

 private:
  AskedTopics read(const wire::DeleteTopicsRequest& request) {
    AskedTopics asked;
    for (const auto& name : request.topic_names) asked.add_name(name.str());
    for (const auto& topic : request.topics) {
      if (topic.name.is_null() && topic.topic_id.is_zero()) {
        answer(std::nullopt, zero_uuid,
               {ErrorCode::invalid_request, "Neither topic name nor id were specified."});
      } else if (topic.name.is_null()) {
        asked.add_id(topic.topic_id);
      } else if (topic.topic_id.is_zero()) {
        asked.add_name(topic.name.str());
      } else {
        answer(topic.name.str(), topic.topic_id,
               {ErrorCode::invalid_request, "You may not specify both topic name and topic id."});
      }
    }
    return asked;
  }

  void find_by_name(const std::string& name, AskedTopics& asked,
                    std::map<Uuid, std::string>& found) {
    const Topic* topic = context_.image.topic(name);
    if (topic == nullptr) {
      answer(name, zero_uuid, plain_error(ErrorCode::unknown_topic_or_partition));
    } else if (asked.duplicate_ids.contains(topic->id) || found.contains(topic->id)) {
      asked.duplicate_ids.insert(topic->id);
      found.erase(topic->id);
      answer(name, topic->id,
             {ErrorCode::invalid_request,
              "The provided topic name maps to an ID that was already supplied."});
    } else {
      found.emplace(topic->id, name);
    }
  }

  void answer(const std::optional<std::string>& name, const Uuid& id, const ApiError& error) {
    wire::DeleteTopicsResponse::DeletableTopicResult result;
    result.name = name ? context_.text(*name) : wire::Str::null();
    result.topic_id = id;
    result.error_code = code_of(error.code);
    result.error_message = context_.message_of(error);
    results_.push_back(result);
  }

  ControllerContext& context_;
  std::vector<wire::DeleteTopicsResponse::DeletableTopicResult> results_;
};

}  // namespace

void handle(const wire::DeleteTopicsRequest& request, wire::DeleteTopicsResponse& response,
            ControllerContext& context) {
  Deletion deletion(context);
  if (!context.settings.delete_topic_enable) {
    const bool old = context.api_version < 3;
    deletion.refuse_all(request,
                        {old ? ErrorCode::invalid_request : ErrorCode::topic_deletion_disabled,
                         "Topic deletion is disabled."});
  } else {
    deletion.run(request);
  }
  response.responses = deletion.results();
}

}  // namespace weir::metadata
