#pragma once
// MadeBroker: a broker that says what the test makes up, to a client under test.
//
//   MadeWorld made;
//   MadeBroker& broker = made.add_broker(9001);
//   broker.on<wire::MetadataRequest, wire::MetadataResponse>(
//       [](const auto& request, auto& response, wire::Arena& arena) { ...; return at_once; });
//
// ApiVersions it answers by itself, with the APIs that have an answer. Everything that it is asked
// is in `asked`.

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/env/env.h"
#include "base/offload.h"
#include "base/task_scope.h"
#include "client/cluster/cluster.h"
#include "sim/node/client_calls.h"
#include "sim/world.h"
#include "wire/api_key.h"
#include "wire/codec/codec.h"
#include "wire/message/api_versions_request.h"
#include "wire/message/api_versions_response.h"
#include "wire/message/metadata_response.h"
#include "wire/message/request_header.h"
#include "wire/message/response_header.h"

namespace weir::sim {

// When an answer leaves.
inline constexpr env::Duration at_once{};
inline constexpr env::Duration never = env::Duration::max();  // nor any later one there

class MadeBroker {
 public:
  MadeBroker(env::Env& env, TaskScope& scope, std::uint16_t port) : env_(env), scope_(scope) {
    auto listening = env.network.listen({"", port}, 10);
    EXPECT_TRUE(listening.has_value());
    listener_ = std::move(*listening);
    scope_.spawn(accept(*this));
  }

  // `answer(const Request&, Response&, wire::Arena&)` fills in the answer, which may point into the
  // arena, and says after which time it leaves.
  template <class Request, class Response, class Answer>
  void on(Answer answer, std::int16_t version_max = Request::max_version) {
    apis_[Request::api_key] = {
        .versions = {.api_key = Request::api_key,
                     .min_version = Request::min_version,
                     .max_version = version_max,
                     .unknown_tags = {}},
        .answer = [answer = std::move(answer)](Bytes body, std::int16_t version,
                                               wire::Output& out) -> env::Duration {
          Request request;
          Response response;
          wire::Arena arena;
          EXPECT_TRUE(wire::decode_whole(request, body, version, arena).has_value());
          const env::Duration after = answer(std::as_const(request), response, arena);
          EXPECT_TRUE(wire::encode(response, version, out).has_value());
          return after;
        }};
  }
  // Above this version it answers ApiVersions with UNSUPPORTED_VERSION, as an older broker does.
  // `names_it`: that answer says which versions it serves; brokers before 2.4 say nothing at all.
  void knows_api_versions(std::int16_t version_max, bool names_it) {
    api_versions_max_ = version_max;
    names_api_versions_ = names_it;
  }

  struct Asked {
    std::int16_t api_key, version;
    std::string client_id;
  };
  std::vector<Asked> asked;
  template <class Request>
  std::vector<std::int16_t> versions_asked() const {
    std::vector<std::int16_t> versions;
    for (const Asked& each : asked) {
      if (each.api_key == Request::api_key) versions.push_back(each.version);
    }
    return versions;
  }

 private:
  using Version = wire::ApiVersionsResponse::ApiVersion;
  static constexpr auto api_versions_key = wire::ApiVersionsRequest::api_key;
  struct Api {
    Version versions;
    std::function<env::Duration(Bytes body, std::int16_t version, wire::Output&)> answer;
  };

  static Task<> accept(MadeBroker& self) {
    while (true) {
      auto accepting = self.listener_->accept();
      auto socket = co_await std::move(accepting);
      if (!socket) co_return;
      self.scope_.spawn(serve(self, self.env_.network.adopt(std::move(*socket))));
    }
  }

  static Task<> serve(MadeBroker& self, std::unique_ptr<env::Connection> connection) {
    std::vector<std::byte> input;
    bool is_silent = false;
    while (true) {
      auto waiting = connection->readable();
      if (!co_await std::move(waiting)) co_return;
      const std::size_t had = input.size();
      input.resize(had + (std::size_t{64} << 10));
      const auto got = connection->read_now(MutableBytes(input).subspan(had));
      if (!got || got->end) co_return;
      input.resize(had + got->bytes);
      for (auto frame = next_frame(input); frame; frame = next_frame(input)) {
        wire::Output out;
        const env::Duration after = self.answer(*frame, out);
        is_silent = is_silent || after == never;
        if (is_silent) continue;
        if (after > at_once) co_await sleep_for(self.env_, after);
        const env::Piece piece{out.bytes()};
        auto writing = connection->write({&piece, 1});
        if (!co_await std::move(writing)) co_return;
      }
    }
  }

  static std::optional<std::vector<std::byte>> next_frame(std::vector<std::byte>& input) {
    if (input.size() < 4) return std::nullopt;
    const auto size = 4 + static_cast<std::ptrdiff_t>(load_be<std::int32_t>(input.data()));
    if (std::ssize(input) < size) return std::nullopt;
    std::vector<std::byte> frame(input.begin() + 4, input.begin() + size);
    input.erase(input.begin(), input.begin() + size);
    return frame;
  }

  env::Duration answer(Bytes frame, wire::Output& out) {
    const auto key = load_be<std::int16_t>(frame.data());
    const auto version = load_be<std::int16_t>(frame.data() + 2);
    const wire::ApiInfo& api = *wire::find_api(key);
    wire::RequestHeader header;
    wire::Arena arena;
    const auto used =
        wire::decode(header, frame, wire::request_header_version(api, version), arena);
    EXPECT_TRUE(used.has_value());
    asked.push_back({key, version, header.client_id.str()});
    out.grow(4);
    const wire::ResponseHeader answering{.correlation_id = header.correlation_id,
                                         .unknown_tags = {}};
    EXPECT_TRUE(
        wire::encode(answering, wire::response_header_version(api, version), out).has_value());
    env::Duration after = at_once;
    if (key == api_versions_key) {
      answer_versions(version, out);
    } else if (const auto known = apis_.find(key); known != apis_.end()) {
      after = known->second.answer(frame.subspan(*used), version, out);
    } else {
      ADD_FAILURE() << "nobody made an answer to " << api.name;
      after = never;
    }
    store_be(out.mutable_bytes().data(), static_cast<std::int32_t>(out.bytes().size() - 4));
    return after;
  }

  void answer_versions(std::int16_t version, wire::Output& out) const {
    const bool is_known = version <= api_versions_max_;
    std::vector<Version> served;
    if (is_known || names_api_versions_) {
      for (const auto& [key, api] : apis_) served.push_back(api.versions);
      served.push_back({api_versions_key, 0, api_versions_max_, {}});
    }
    wire::ApiVersionsResponse response;
    response.api_keys = served;
    if (!is_known) response.error_code = wire::code_of(wire::ErrorCode::unsupported_version);
    EXPECT_TRUE(wire::encode(response, is_known ? version : std::int16_t{0}, out).has_value());
  }

  env::Env& env_;
  TaskScope& scope_;
  std::unique_ptr<env::Listener> listener_;
  std::map<std::int16_t, Api> apis_;
  std::int16_t api_versions_max_ = wire::ApiVersionsRequest::max_version;
  bool names_api_versions_ = true;
};

// One machine for made brokers and the client under test, which runs as one coroutine.
class MadeWorld {
 public:
  MadeWorld()
      : world({.seed = 22}),
        host_(world.add_host({.name = "made"})),
        scope(host_.hold(std::make_shared<TaskScope>(host_.env(0).executor))) {}

  static env::Address address(std::uint16_t port) { return {"made", port}; }
  MadeBroker& add_broker(std::uint16_t port) {
    return host_.hold(std::make_shared<MadeBroker>(env(), scope, port));
  }
  env::Env& env() { return host_.env(0); }
  env::Instant in(env::Duration time) { return env().clock.now() + time; }

  // To its end.
  void run(Task<> play) {
    bool ended = false;
    scope.spawn(follow(std::move(play), ended));
    EXPECT_TRUE(world.run_until([&] { return ended; }, std::chrono::hours(1)));
  }

  World world;

 private:
  static Task<> follow(Task<> play, bool& ended) {
    co_await std::move(play);
    ended = true;
  }
  Host& host_;

 public:
  TaskScope& scope;
};

// --- parts of answers ---

inline void tell_brokers(wire::MetadataResponse& response, wire::Arena& arena,
                         const std::map<BrokerId, std::uint16_t>& ports) {
  response.cluster_id = "made";
  response.brokers = arena.array<wire::MetadataResponse::MetadataResponseBroker>(ports.size());
  std::size_t i = 0;
  for (const auto& [id, port] : ports) {
    auto& broker = response.brokers[i++];
    broker.node_id = id;
    broker.host = "made";
    broker.port = port;
  }
}

}  // namespace weir::sim
