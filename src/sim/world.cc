#include "sim/world.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <utility>

#include "base/check.h"

namespace weir::sim {
namespace {

constexpr std::size_t log_lines_max = 10'000;

}  // namespace

World::World(const WorldSettings& settings) : settings_(settings), switchboard_(*this) {}

World::~World() {
  for (auto& host : hosts_) {
    if (host->running()) host->crash(Crash::process);
  }
}

Host& World::add_host(const HostSettings& settings) {
  CHECK(find_host(settings.name) == nullptr, "machines have different names");
  const auto number = static_cast<std::uint32_t>(hosts_.size() + 1);
  hosts_.push_back(std::make_unique<Host>(*this, number, settings));
  return *hosts_.back();
}

Host* World::find_host(std::string_view name_or_address) {
  for (auto& host : hosts_) {
    if (host->name() == name_or_address || host->address() == name_or_address) return host.get();
  }
  return nullptr;
}

SeededRandom World::fork(std::string_view path) const {
  return SeededRandom(settings_.seed * 0x9E3779B97F4A7C15ULL ^ hash_of(as_bytes(path)));
}

void World::schedule(Event event) {
  if (event.when < now_) event.when = now_;
  queue_.push(std::move(event));
}

void World::at(env::Instant when, env::Callback script) {
  schedule({.when = when, .kind = TraceKind::script, .callback = std::move(script)});
}

bool World::step() {
  CHECK(running == nullptr, "events do not nest");
  if (queue_.empty()) return false;
  Event event = queue_.pop();
  CHECK(event.when >= now_, "time does not go back");
  now_ = event.when;
  ++events_;
  trace_.add(event.kind,
             {static_cast<std::uint64_t>(now_.time_since_epoch().count()), event.where});
  event.callback();
  return true;
}

bool World::run_until(const std::function<bool()>& done, env::Duration limit) {
  const env::Instant end = now_ + limit;
  while (!done()) {
    const auto next = queue_.next_time();
    if (!next) return false;
    if (*next > end) {
      now_ = end;
      return false;
    }
    step();
  }
  return true;
}

void World::run_for(env::Duration duration) {
  run_until([] { return false; }, duration);
}

void World::add_log_line(const Host& host, env::Level level, std::string_view component,
                         std::string_view message) {
  static constexpr std::array<std::string_view, 5> names{"trace", "debug", "info", "warning",
                                                         "error"};
  const double seconds = std::chrono::duration<double>(now_.time_since_epoch()).count();
  log_.push_back(fmt::format("{:.6f} {} {} [{}] {}", seconds, host.name(),
                             names[static_cast<std::size_t>(level)], component, message));
  if (log_.size() > log_lines_max) log_.pop_front();
  trace_.add(TraceKind::log_line, {host.number(), hash_of(as_bytes(message))});
  if (settings_.print_log) fmt::print(stderr, "{}\n", log_.back());
}

}  // namespace weir::sim
