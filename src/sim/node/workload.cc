#include "sim/node/workload.h"

#include <fmt/format.h>

#include <functional>
#include <memory>
#include <utility>

#include "sim/node/clients.h"
#include "sim/node/nemesis.h"
#include "sim/node/whole_node.h"
#include "sim/world.h"

namespace weir::sim {
namespace {

using std::chrono::milliseconds;

class Run {
 public:
  explicit Run(const WorkloadSettings& settings)
      : settings_(settings),
        world_({.seed = settings.seed, .print_log = settings.print_log}),
        node_(world_.add_host({.name = "broker", .shards = settings.shards}), settings.config),
        client_host_(world_.add_host({.name = "clients"})),
        clients_(client_host_.hold(
            std::make_shared<Clients>(settings, world_, client_host_, node_.address()))) {
    node_.watch_crashes([this](Crash how) { clients_.forgive_unflushed(how); });
  }

  WorkloadReport report() {
    if (start()) {
      work();
      stop_and_check();
      check_stops();
      if (settings_.is_damaged) damage_and_check();
    }
    for (auto& anomaly : clients_.recorder.anomalies()) {
      clients_.ledger.add_violation(std::move(anomaly));
    }
    return {
        .trace_hash = world_.trace_hash(),
        .events = world_.events(),
        .acknowledged = clients_.ledger.acknowledged_count() + clients_.states.acknowledged_count(),
        .consumed = clients_.ledger.consumed_count(),
        .compacted = clients_.states.compacted_count(),
        .faded = static_cast<std::size_t>(clients_.fading.start()),
        .churned = clients_.churn.steps_done(),
        .connections_lost = clients_.connections_lost,
        .forgiven = clients_.forgiven,
        .rebalances = clients_.rebalances,
        .under_load = under_load_,
        .recovery = recovery_,
        .faults = world_.faults(),
        .violations = clients_.ledger.violations(),
        .history = clients_.recorder.text()};
  }

 private:
  bool start() {
    node_.host().set_wall_clock_right();
    const auto started = node_.start_and_wait();
    if (!started) clients_.ledger.add_violation("cannot start: " + started.error().message());
    return started.has_value();
  }

  bool wait_for(std::string_view what, const std::function<bool()>& done) {
    const bool came =
        world_.run_until([&] { return done() || node_.error().has_value(); }, settings_.patience);
    if (node_.error()) {
      clients_.ledger.add_violation("the node failed: " + node_.error()->message());
      return false;
    }
    if (!came) {
      clients_.ledger.add_violation(
          fmt::format("waited too long for {}; stuck: {}", what, clients_.stuck()));
    }
    return came;
  }

  // Each has a chance of its own, so that what it does hangs on no other one.
  void strike(Nemesis& nemesis, std::size_t number) {
    SeededRandom chance = world_.fork(fmt::format("workload/strike/{}", number));
    world_.run_for(milliseconds(1 + chance.below(400)));
    if (settings_.strikes_with(number)) nemesis.strike(settings_.strikes[number], number);
    // Often before it is ready again.
    if (!chance.one_in(4)) wait_for("the node to start again", [&] { return node_.is_ready(); });
  }

  void work() {
    Nemesis nemesis(world_, node_, client_host_);
    clients_.start();
    node_.host().stall_helpers(settings_.stalls_one_in, settings_.longest_stall);
    const env::Instant begin = world_.now();
    for (std::size_t number = 0; number < settings_.strikes.size(); ++number) {
      strike(nemesis, number);
    }
    make_peace();
    if (world_.faults().total() > 0) under_load_ = world_.now() - begin;
    clients_.stop_consuming();
    wait_for("the clients to end", [&] { return clients_.have_ended(); });
  }

  // Now everybody must get on.
  void make_peace() {
    const env::Instant begin = world_.now();
    clients_.at_peace();
    node_.host().stall_helpers(0, {});
    const auto is_made = [&] { return clients_.progress.is_made() && clients_.have_consumed(); };
    if (wait_for("everybody to get on", is_made)) recovery_ = world_.now() - begin;
  }

  void check() {
    clients_.check();
    wait_for("the check", [this] { return clients_.have_ended(); });
  }

  void stop() {
    const auto stopped = node_.stop_and_wait();
    if (!stopped) clients_.ledger.add_violation("cannot stop: " + stopped.error().message());
  }

  void stop_and_check() {
    if (!clients_.have_ended()) return;
    check();
    stop();
    if (!start()) return;
    const broker::ReadyReport& report = node_.report();
    if (!report.after_clean_stop || report.bytes_checked != 0) {
      clients_.ledger.add_violation(
          fmt::format("{} bytes were checked after a clean stop", report.bytes_checked));
    }
    check();
  }

  // A log that a full disk has put off is not closed.
  void check_stops() {
    if (node_.forgotten_stops() == 0 || world_.faults().of(Fault::disk_full) > 0) return;
    clients_.ledger.add_violation("a clean stop was none, or bytes were checked after it");
  }

  // After a clean stop or a kill -9: its files are believed then.
  void damage_and_check() {
    if (!clients_.ledger.violations().empty() || !clients_.have_ended()) return;
    SeededRandom chance = world_.fork("workload/damage");
    if (chance.one_in(2)) {
      stop();
    } else {
      node_.crash(Crash::process);
    }
    const auto damage = clients_.damage_at_rest(chance);
    if (!damage || !start_and_check_around(*damage)) return;
    end_life(chance);
    start_and_check_around(*damage);
  }

  // So that all that was acknowledged stays.
  void end_life(SeededRandom& chance) {
    if (chance.one_in(2)) return stop();
    constexpr Crash losses[] = {Crash::power_keep_none, Crash::power_keep_mixed};
    const bool may_lose_power = settings_.acknowledges_what_is_durable && chance.one_in(2);
    node_.crash(may_lose_power ? losses[chance.below(std::size(losses))] : Crash::process);
  }

  bool start_and_check_around(const Damage& damage) {
    if (!start()) return false;
    clients_.check_around(damage);
    wait_for("the check around the damage", [this] { return clients_.have_ended(); });
    return clients_.ledger.violations().empty();
  }

  const WorkloadSettings& settings_;
  World world_;
  NodeUnderTest node_;
  Host& client_host_;
  Clients& clients_;
  env::Duration under_load_{}, recovery_{};
};

}  // namespace

WorkloadReport run_workload(const WorkloadSettings& settings) { return Run(settings).report(); }

}  // namespace weir::sim
