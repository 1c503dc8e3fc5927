#include "client/cluster/cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "base/signal.h"
#include "base/task_scope.h"
#include "client/cluster/links.h"
#include "client/cluster/refresh_plan.h"
#include "wire/message/metadata_request.h"
#include "wire/message/metadata_response.h"

namespace weir::client {
namespace {

constexpr std::size_t errors_named = 8;

Failure closed() { return Error{Errc::closed, "the client was closed"}; }

// What a list of failed attempts has to say, the same only once.
class Attempts {
 public:
  void failed(const Error& error) {
    if (std::ranges::find(said_, error.what) == said_.end()) said_.push_back(error.what);
  }
  Failure failure() const {
    if (said_.empty()) return Error{Errc::timed_out, "no broker could be reached"};
    const std::size_t named = std::min(said_.size(), errors_named);
    auto words = fmt::format(
        "{}", fmt::join(said_.begin(), said_.begin() + static_cast<std::ptrdiff_t>(named), "; "));
    if (named < said_.size()) words += fmt::format("; and {} more", said_.size() - named);
    return Error{Errc::timed_out, "no broker could be reached: " + words};
  }

 private:
  std::vector<std::string> said_;
};

template <class T>
void shuffle(std::vector<T>& values, RandomSource& random) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random.below(i)]);
}

RefreshOptions refresh_options(const ClusterOptions& options) {
  return {.age_max = options.metadata_age_max,
          .backoff = {.first = options.retry_backoff, .longest = options.retry_backoff_max},
          .rebootstrap_after = options.rebootstrap_after};
}

}  // namespace

class Cluster::State {
 public:
  State(env::Env& env_in, ClusterOptions options_in)
      : env(env_in),
        options(std::move(options_in)),
        plan(refresh_options(options)),
        tasks(env.executor),
        links(env, tasks, options.connection,
              {.first = options.reconnect_backoff, .longest = options.reconnect_backoff_max}),
        work(env.executor),
        news(env.executor) {}

  env::Env& env;
  const ClusterOptions options;
  RefreshPlan plan;
  TaskScope tasks;
  Links links;
  Signal work;  // for keep_view
  Signal news;  // a round has ended, or everything
  std::shared_ptr<const ClusterView> view = std::make_shared<ClusterView>();
  std::optional<Failure> failure;  // of the last round
  bool is_closed = false;

  env::Instant now() const { return env.clock.now(); }

  RefreshPlan::Round ask() {
    const auto round = plan.ask();
    work.notify();
    return round;
  }

  // Puts the questions, one round at a time, as the plan says.
  Task<> keep_view() {
    while (!is_closed) {
      if (!plan.is_due(now())) {
        const env::Instant due = plan.due_at();
        if (due == env::Instant::max()) {
          co_await work.wait();
        } else {
          co_await work.wait_until(env.timers, due);
        }
        continue;
      }
      plan.begin(now());
      auto asking = put_question();
      auto outcome = co_await std::move(asking);
      if (outcome) {
        plan.succeeded(now());
      } else {
        plan.failed(now(), env.random);
        failure = std::move(outcome).error();
      }
      news.notify();
    }
  }

  Task<Outcome<>> put_question() {
    forget_brokers_when_lost();
    const bool had_brokers = !view->brokers.empty();
    const std::vector<Question> questions = questions_now();
    Attempts attempts;
    for (const env::Address& address : addresses()) {
      auto opening = links.get(address, Lane::data, now() + options.connection.setup_timeout);
      auto connection = co_await std::move(opening);
      if (is_closed) co_return std::unexpected(closed());
      if (connection) {
        auto asking = put_to(*connection, address, questions);
        const Result<> answered = co_await std::move(asking);
        if (is_closed) co_return std::unexpected(closed());
        if (answered) co_return Outcome<>{};
        attempts.failed(answered.error());
      } else {
        attempts.failed(connection.error().cause);
      }
      forget_brokers_when_lost();
      // The rest of them are old brokers, too: the next round asks those of bootstrap.servers.
      if (had_brokers && view->brokers.empty()) break;
    }
    co_return std::unexpected(attempts.failure());
  }

  // One request, or two: what may be made by asking is asked for apart from what must not be.
  struct Question {
    std::vector<std::string> topics;
    bool all = false;
    bool creates = false;
  };
  std::vector<Question> questions_now() const {
    Question plain{.topics = {}, .all = plan.wants_all()}, creating{.topics = {}, .creates = true};
    for (const auto& [name, wanted] : plan.topics()) {
      const TopicInfo* known = view->find_topic(name);
      const bool is_there = known && known->error == wire::ErrorCode::none;
      const bool creates = options.creates_topics && wanted.creates && !is_there;
      if (creates) {
        creating.topics.push_back(name);
      } else if (!plain.all) {
        plain.topics.push_back(name);
      }
    }
    std::vector<Question> questions;
    const bool has_plain = plain.all || !plain.topics.empty() || creating.topics.empty();
    if (has_plain) questions.push_back(std::move(plain));
    if (!creating.topics.empty()) questions.push_back(std::move(creating));
    return questions;
  }

  // Error: one line that begins with the address.
  Task<Result<>> put_to(Connection connection, env::Address address,
                        const std::vector<Question>& questions) {
    using Topic = wire::MetadataRequest::MetadataRequestTopic;
    for (const Question& question : questions) {
      wire::MetadataRequest request;
      std::vector<Topic> topics(question.topics.size());
      for (std::size_t i = 0; i < topics.size(); ++i) {
        topics[i].name = wire::Str(question.topics[i]);
      }
      request.topics = question.all ? wire::Array<Topic>::null() : wire::Array<Topic>(topics);
      request.allow_auto_topic_creation = question.creates;
      auto calling = connection->call<wire::MetadataResponse>(request);
      const auto answer = co_await std::move(calling);
      if (!answer) {
        co_return weir::fail(answer.error().code,
                             fmt::format("{}: {}", address.text(), answer.error().what));
      }
      if ((*answer)->error_code == wire::code_of(wire::ErrorCode::rebootstrap_required)) {
        if (options.rebootstraps) forget_brokers();
        co_return weir::fail(Errc::invalid, address.text() + ": REBOOTSTRAP_REQUIRED");
      }
      if (is_closed) break;
      apply(**answer, question.all);
    }
    co_return Result<>{};
  }

  void apply(const wire::MetadataResponse& answer, bool all) {
    auto next = std::make_shared<ClusterView>(view->updated(answer, all));
    std::erase_if(next->topics, [&](const auto& topic) { return !plan.wants(topic.first); });
    view = std::move(next);
    links.close_unless([&](const env::Address& address) {
      return is_known(address) || std::ranges::count(options.bootstrap, address) > 0;
    });
  }

  bool is_known(const env::Address& address) const {
    return std::ranges::any_of(
        view->brokers, [&](const auto& broker) { return broker.second.address == address; });
  }

  // KIP-1102. Before a round and within one, which is long where brokers say nothing.
  void forget_brokers_when_lost() {
    if (!options.rebootstraps || !plan.is_lost(now())) return;
    plan.rebootstrapped(now());
    forget_brokers();
  }

  void forget_brokers() {
    auto next = std::make_shared<ClusterView>(*view);
    next->brokers.clear();
    view = std::move(next);
    links.close_unless([](const env::Address&) { return false; });
  }

  // Whom to ask, in this order.
  std::vector<env::Address> addresses() {
    std::vector<Candidate> candidates;
    for (const auto& [id, broker] : view->brokers) add_candidate(candidates, broker.address, 0);
    if (candidates.empty() || options.rebootstraps) {
      for (const env::Address& address : options.bootstrap) add_candidate(candidates, address, 1);
    }
    shuffle(candidates, env.random);
    std::ranges::sort(candidates, {}, &Candidate::rank);
    std::vector<env::Address> addresses;
    for (Candidate& candidate : candidates) addresses.push_back(std::move(candidate.address));
    return addresses;
  }

  Failure too_late() const {
    if (failure) return *failure;
    std::vector<std::string> asked;
    for (const env::Address& address : options.bootstrap) asked.push_back(address.text());
    return Error{Errc::timed_out,
                 fmt::format("no broker answered in time: {}", fmt::join(asked, ", "))};
  }

 private:
  struct Candidate {
    // Brokers of the cluster before addresses of the configuration, open ones before others, idle
    // ones before busy ones.
    std::tuple<int, std::size_t> rank;
    env::Address address;
  };
  void add_candidate(std::vector<Candidate>& candidates, const env::Address& address,
                     int remoteness) const {
    if (std::ranges::count(candidates, address, &Candidate::address) > 0) return;
    const Connection open = links.open_to(address);
    const int distance = open ? 0 : links.in_backoff(address) ? 2 : 1;
    candidates.push_back({{3 * remoteness + distance, open ? open->in_flight() : 0}, address});
  }
};

Cluster::Cluster(env::Env& env, ClusterOptions options)
    : state_(std::make_unique<State>(env, std::move(options))) {
  state_->tasks.spawn(state_->keep_view());
}

Cluster::~Cluster() = default;

Task<> Cluster::close() {
  state_->is_closed = true;
  state_->links.close();
  state_->work.notify();
  state_->news.notify();
  auto ending = state_->tasks.finished();
  co_await std::move(ending);
}

Task<Outcome<>> Cluster::ready(env::Instant deadline) {
  if (!state_->view->brokers.empty()) co_return Outcome<>{};
  auto refreshing = refresh(deadline);
  co_return co_await std::move(refreshing);
}

std::shared_ptr<const ClusterView> Cluster::view() const { return state_->view; }

void Cluster::want(std::span<const std::string> topics, IfMissing missing) {
  for (const std::string& topic : topics) {
    state_->plan.want(topic, state_->now(), missing == IfMissing::create);
  }
}

void Cluster::want_all() { state_->plan.want_all(); }

void Cluster::ask_again() { state_->ask(); }

Task<Outcome<>> Cluster::refresh(env::Instant deadline) {
  const RefreshPlan::Round round = state_->ask();
  while (state_->plan.answered() < round) {
    if (state_->is_closed) co_return std::unexpected(closed());
    if (state_->now() >= deadline) co_return std::unexpected(state_->too_late());
    co_await state_->news.wait_until(state_->env.timers, deadline);
  }
  co_return Outcome<>{};
}

namespace {

bool has_leaders(const TopicInfo& topic, std::optional<PartitionIndex> only) {
  const auto& all = topic.partitions;
  if (only && std::cmp_less(*only, all.size())) {
    return all[static_cast<std::size_t>(*only)].leader != no_broker;
  }
  return !all.empty() && std::ranges::none_of(all, [](const PartitionInfo& partition) {
    return partition.leader == no_broker;
  });
}

}  // namespace

Task<Outcome<TopicInfo>> Cluster::topic(std::string name, env::Instant deadline,
                                        std::optional<PartitionIndex> only) {
  std::optional<Failure> last;
  while (true) {
    state_->plan.want(name, state_->now());
    const TopicInfo* known = state_->view->find_topic(name);
    if (known && known->error == wire::ErrorCode::none && has_leaders(*known, only)) {
      co_return *known;
    }
    if (known && known->error != wire::ErrorCode::none) {
      last = Failure(known->error, "topic '" + name + "'");
      if (!last->is_retriable()) co_return std::unexpected(*last);
    } else if (known) {
      last = Failure(wire::ErrorCode::leader_not_available, "topic '" + name + "'");
    }
    auto refreshing = refresh(deadline);
    const auto refreshed = co_await std::move(refreshing);
    if (!refreshed) co_return std::unexpected(last ? *last : refreshed.error());
  }
}

Task<Outcome<Cluster::Connection>> Cluster::connection(BrokerId broker, env::Instant deadline,
                                                       Lane lane) {
  const auto known = state_->view->brokers.find(broker);
  if (known == state_->view->brokers.end()) {
    co_return weir::fail(Errc::not_found, fmt::format("broker {} is not known", broker));
  }
  auto getting = state_->links.get(known->second.address, lane, deadline);
  co_return co_await std::move(getting);
}

Task<Outcome<Cluster::Connection>> Cluster::any_connection(env::Instant deadline) {
  while (true) {
    auto readying = ready(deadline);
    CO_TRY(co_await std::move(readying));
    Attempts attempts;
    for (const env::Address& address : state_->addresses()) {
      auto getting = state_->links.get(address, Lane::data, deadline);
      auto connection = co_await std::move(getting);
      if (connection) co_return connection;
      if (state_->is_closed) co_return std::unexpected(closed());
      attempts.failed(connection.error().cause);
    }
    // All brokers are away: the next answer tells who came back.
    auto refreshing = refresh(deadline);
    if (!co_await std::move(refreshing)) co_return std::unexpected(attempts.failure());
  }
}

Task<Outcome<Cluster::Connection>> Cluster::controller_connection(env::Instant deadline) {
  auto readying = ready(deadline);
  CO_TRY(co_await std::move(readying));
  const BrokerId controller = state_->view->controller;
  auto connecting = state_->view->brokers.contains(controller) ? connection(controller, deadline)
                                                               : any_connection(deadline);
  co_return co_await std::move(connecting);
}

bool Cluster::learn(const LeaderHints& hints) {
  auto next = state_->view->with(hints);
  if (!next) return false;
  state_->view = std::make_shared<ClusterView>(*std::move(next));
  return true;
}

void Cluster::spawn(Task<> task) { state_->tasks.spawn(std::move(task)); }

env::Env& Cluster::env() { return state_->env; }
const ClusterOptions& Cluster::options() const { return state_->options; }

}  // namespace weir::client
