#include "app/kcat/cluster_metadata.h"

#include <fmt/format.h>

#include "app/kcat/error_words.h"
#include "wire/message/metadata_request.h"

namespace weir::app::kcat {

Task<client::Outcome<MetadataAnswer>> ask_metadata(ModeRun& run, std::optional<std::string> topic,
                                                   bool creates) {
  using Topic = wire::MetadataRequest::MetadataRequestTopic;
  client::Cluster& cluster = run.session.cluster;
  const env::Instant deadline = run.metadata_deadline();
  auto reaching = cluster.ready(deadline);
  CO_TRY(co_await std::move(reaching));
  std::optional<client::Failure> why;
  for (const auto& [id, broker] : cluster.view()->brokers) {
    auto connecting = cluster.connection(id, deadline);
    auto connection = co_await std::move(connecting);
    if (!connection) {
      why = connection.error();
      continue;
    }
    wire::MetadataRequest request;
    Topic wanted;
    if (topic) wanted.name = wire::Str(*topic);
    request.topics = topic ? wire::Array<Topic>(std::span(&wanted, 1)) : wire::Array<Topic>::null();
    request.allow_auto_topic_creation = creates;
    auto calling = (*connection)->call<wire::MetadataResponse>(request);
    auto answer = co_await std::move(calling);
    if (answer) co_return MetadataAnswer{*std::move(answer), broker};
    why = answer.error();
  }
  if (!why) why = Error{Errc::not_found, "the cluster has no brokers"};
  co_return std::unexpected(*std::move(why));
}

Task<Run<>> reach_brokers(ModeRun& run) {
  auto reaching = run.session.cluster.ready(run.metadata_deadline());
  const auto reached = co_await std::move(reaching);
  if (reached) co_return Run<>();
  run.notices().info(
      1, fmt::format("ERROR: {}: {}", transport_failure, reached.error().cause.message()));
  const std::size_t count = run.session.settings.config.cluster.bootstrap.size();
  co_return run.notices().error(
      fmt::format("Local: All broker connections are down: {}/{} brokers are down", count, count));
}

}  // namespace weir::app::kcat
