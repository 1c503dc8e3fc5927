#include "app/cli/session.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <limits>

#include "app/cli/profile.h"
#include "app/cli/text/units.h"
#include "app/version.h"
#include "base/offload.h"

namespace weir::app {
namespace {

// These block: on a helper thread.

// Until something is there to read or room to write (`event`), the other side is gone, or `wake`
// is written to and nothing of it is so. True: go on.
bool wait_for(int descriptor, short event, int wake) {
  std::array<pollfd, 2> waits{{{descriptor, event, 0}, {wake, POLLIN, 0}}};
  while (::poll(waits.data(), waits.size(), -1) < 0 && errno == EINTR) {
  }
  return waits[0].revents != 0 || waits[1].revents == 0;
}

// A pipe takes as much without blocking once it has room; a file takes everything.
std::size_t piece_of_output() {
  struct stat what{};
  const bool is_file = ::fstat(STDOUT_FILENO, &what) == 0 && S_ISREG(what.st_mode);
  return is_file ? std::numeric_limits<std::size_t>::max() : PIPE_BUF;
}

Result<> write_all(std::string_view text, int wake) {
  const std::size_t piece = piece_of_output();
  while (!text.empty()) {
    if (!wait_for(STDOUT_FILENO, POLLOUT, wake))
      return fail(Errc::busy, "standard output has no room");
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), std::min(text.size(), piece));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EPIPE) return fail(Errc::closed, "standard output was closed");
    if (written < 0) {
      const auto why = static_cast<std::uint64_t>(errno);
      return fail(Errc::io,
                  fmt::format("cannot write to standard output: {}", std::strerror(errno)), why);
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<std::string> read_some(int descriptor, int wake, std::size_t size_max) {
  std::string text;
  if (!wait_for(descriptor, POLLIN, wake)) return text;
  text.resize(size_max);
  ssize_t got = 0;
  do {
    got = ::read(descriptor, text.data(), text.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) return fail(Errc::io, std::strerror(errno));
  text.resize(static_cast<std::size_t>(got));
  return text;
}

Result<> set_properties(client::ClientConfig& config, const std::vector<std::string>& properties,
                        std::string_view from) {
  for (const std::string& property : properties) {
    const std::size_t equals = property.find('=');
    if (equals == property.npos) {
      return fail(Errc::invalid, fmt::format("{} {}: name=value is expected", from, property));
    }
    auto set = client::set_property(config, std::string_view(property).substr(0, equals),
                                    std::string_view(property).substr(equals + 1));
    if (!set) return fail(Errc::invalid, fmt::format("{} {}", from, set.error().what));
  }
  return {};
}

// Before anybody is told of waiting: so long nothing is said, and so long a broker is then given.
constexpr std::chrono::milliseconds waits_silently{700}, waits_further{300};

// Nobody has asked whether the command was interrupted, and this does not either: it would change
// how Ctrl-C ends it.
Task<> say_whom_it_waits_for(Session& session) {
  auto readying = session.cluster.ready(session.env.clock.now() + waits_further);
  const auto ready = co_await std::move(readying);
  if (ready || ready.error().cause.code == Errc::closed) co_return;
  std::string why = ready.error().cause.what;
  if (ready.error().cause.code == Errc::timed_out) {
    std::vector<std::string> addresses;
    for (const env::Address& address : session.settings.config.cluster.bootstrap) {
      addresses.push_back(address.text());
    }
    why = fmt::format("no answer from {} yet", fmt::join(addresses, ", "));
  }
  complain(session.command, fmt::format("{}; still trying (--timeout {})", why,
                                        format_duration(session.settings.timeout)));
}

// What to type next.
std::string_view advice(const client::Failure& failure) {
  using wire::ErrorCode;
  if (failure.answer == ErrorCode::unknown_topic_or_partition) {
    return "see `weir topic list`, or create it: `weir topic create NAME`";
  }
  if (failure.answer == ErrorCode::group_id_not_found) return "see `weir group list`";
  if (failure.answer == ErrorCode::topic_already_exists) return "see `weir topic describe NAME`";
  if (failure.answer == ErrorCode::non_empty_group) {
    return "stop its members first; `weir group members GROUP` names them";
  }
  if (!failure.is_answer() && failure.cause.code == Errc::timed_out) {
    return "is a broker running there? -b HOST:PORT or WEIR_BROKERS names another";
  }
  return "";
}

Result<std::chrono::nanoseconds> timeout_of(const ClientFlags& flags,
                                            const client::ClientConfig& config) {
  constexpr std::chrono::seconds usual{30};
  if (!flags.timeout) return config.api_timeout.value_or(usual);
  const auto timeout = parse_duration(*flags.timeout, std::chrono::seconds(1));
  if (!timeout) return fail(Errc::invalid, "--timeout: " + timeout.error().what);
  if (timeout->count() <= 0) {
    return fail(Errc::invalid,
                fmt::format("--timeout {}: a time above 0 is expected", *flags.timeout));
  }
  return *timeout;
}

}  // namespace

void ClientFlags::describe(Options& options) {
  options.option("-b,--brokers,--bootstrap-server", "HOST:PORT,...", brokers,
                 "brokers to begin with (WEIR_BROKERS; localhost:9092)");
  options.option("--profile", "NAME", profile, "a saved profile (WEIR_PROFILE; `weir profile`)")
      .completes = Completes::profiles;
  options.option("-X", "NAME=VALUE", properties, "a property of Kafka's clients; may be repeated");
  options.option("--format", "FORMAT", format, "text, wide, json or csv").completes =
      Completes::formats;
  options.option("--timeout", "TIME", timeout, "how long to wait for the cluster (30s)");
}

Result<ClientSettings> client_settings(const ClientFlags& flags, const Program& program) {
  ClientSettings settings;
  settings.config.cluster.connection.client_id = "weir";
  settings.config.cluster.connection.software_version = version;
  settings.config.cluster.bootstrap = {{"localhost", 9092}};
  settings.config.cluster.creates_topics = false;  // but by -X allow.auto.create.topics=true
  TRY_ASSIGN(const Profile profile, chosen_profile(flags.profile, program));
  std::string brokers = flags.brokers;
  if (!flags.profile.empty() && brokers.empty()) brokers = profile.brokers;
  if (brokers.empty()) brokers = program.variable("WEIR_BROKERS");
  if (brokers.empty()) brokers = profile.brokers;
  TRY(set_properties(settings.config, profile.properties,
                     fmt::format("profile {}:", profile.name)));
  if (!brokers.empty()) {
    TRY_ASSIGN(settings.config.cluster.bootstrap, client::parse_bootstrap(brokers));
  }
  TRY(set_properties(settings.config, flags.properties, "-X"));
  const auto format = format_named(flags.format);
  if (!format) {
    return fail(Errc::invalid,
                fmt::format("--format {}: text, wide, json or csv is expected", flags.format));
  }
  settings.format = *format;
  TRY_ASSIGN(settings.timeout, timeout_of(flags, settings.config));
  // Nothing is asked for longer than the command may take.
  auto& connection = settings.config.cluster.connection;
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(settings.timeout);
  connection.request_timeout = std::min(connection.request_timeout, limit);
  connection.setup_timeout = std::min(connection.setup_timeout, limit);
  return settings;
}

Session::Session(env::Env& env_in, ClientSettings settings_in)
    : env(env_in),
      settings(std::move(settings_in)),
      cluster(env, settings.config.cluster),
      admin(cluster),
      interruption_(env.executor),
      wake_reader_(::eventfd(0, EFD_CLOEXEC)) {}

Session::~Session() {
  if (end_timer_) env.timers.cancel(*end_timer_);
  if (waiting_timer_) env.timers.cancel(*waiting_timer_);
  if (wake_reader_ >= 0) ::close(wake_reader_);
}

void Session::interrupt() {
  if (!ends_by_itself_) std::_Exit(static_cast<int>(Exit::interrupted));
  interrupted_ = true;
  interruption_.notify();
  const std::uint64_t one = 1;  // never read: whoever waits from now on does not
  (void)!::write(wake_reader_, &one, sizeof one);
  if (waits_at_the_end || end_timer_) return;
  end_timer_ = env.timers.start(env.clock.now() + end_limit, [this] {
    std::_Exit(
        static_cast<int>(complain("interrupted; what was under way was left", Exit::interrupted)));
  });
}

void Session::tell_of_waiting() {
  const bool is_for_people = format() == Format::text || format() == Format::wide;
  if (!is_for_people || settings.timeout < 2 * (waits_silently + waits_further)) return;
  waiting_timer_ = env.timers.start(env.clock.now() + waits_silently, [this] {
    waiting_timer_.reset();
    if (cluster.view()->brokers.empty()) cluster.spawn(say_whom_it_waits_for(*this));
  });
}

void Session::hurry() {
  in_a_hurry_ = true;
  interruption_.notify();
}

std::chrono::seconds Session::order_time() const {
  return cluster.view()->brokers.empty() ? std::chrono::seconds(0) : order_limit;
}

env::Instant Session::closing_deadline(env::Instant deadline) const {
  return interrupted_ ? std::min(deadline, env.clock.now() + order_time()) : deadline;
}

Task<Result<>> Session::write(std::string text) {
  auto writing =
      offload(env.executor, [&text, wake = wake_reader_] { return write_all(text, wake); });
  co_return co_await std::move(writing);
}

Task<bool> Session::show(std::string text) {
  auto writing = write(std::move(text));
  const Result<> written = co_await std::move(writing);
  if (!written && written.error().code != Errc::closed) {
    complain(written.error().what, Exit::failed);
  }
  co_return written.has_value();
}

Task<Result<std::string>> Session::read_input(std::size_t size_max) {
  auto reading = read_from(STDIN_FILENO, size_max);
  auto read = co_await std::move(reading);
  if (!read) {
    co_return fail(read.error().code, "cannot read standard input: " + read.error().what);
  }
  co_return read;
}

Task<Result<std::string>> Session::read_from(int descriptor, std::size_t size_max) {
  auto reading = offload(env.executor, [descriptor, wake = wake_reader_, size_max] {
    return read_some(descriptor, wake, size_max);
  });
  co_return co_await std::move(reading);
}

Exit Session::complain(std::string_view what, const client::Failure& failure) const {
  std::string line =
      what.empty() ? failure.message() : fmt::format("{}: {}", what, failure.message());
  if (const std::string_view next = advice(failure); !next.empty()) {
    line += fmt::format("; {}", next);
  }
  app::complain(command, line);
  return exit_for(failure);
}

Exit Session::complain(std::string_view what, Exit exit) const {
  app::complain(command, what);
  return exit;
}

}  // namespace weir::app
