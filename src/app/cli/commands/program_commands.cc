// weir version, profile, completion.

#include <fmt/format.h>

#include "app/cli/commands/commands.h"
#include "app/cli/output/report.h"
#include "app/cli/profile.h"
#include "app/cli/program.h"
#include "app/cli/standard_output.h"
#include "app/version.h"
#include "client/properties.h"

namespace weir::app {
namespace {

class Version final : public Command {
 public:
  std::string_view name() const override { return "version"; }
  std::string_view summary() const override { return "Prints the version"; }
  void describe(Options&) override {}
  Exit run(const Program&) override { return write_out(name(), fmt::format("weir {}\n", version)); }
};

class ProfileCreate final : public Command {
 public:
  std::string_view name() const override { return "profile create"; }
  std::string_view summary() const override {
    return "Saves brokers and properties by a name, and uses it";
  }
  void describe(Options& options) override {
    options.argument("NAME", name_, "the profile");
    auto& brokers =
        options.option("-b,--brokers,--bootstrap-server", "HOST:PORT,...", brokers_, "its brokers");
    brokers.required = true;
    options.option("-X", "NAME=VALUE", properties_,
                   "a property of Kafka's clients; may be repeated");
  }
  Exit run(const Program& program) override {
    client::ClientConfig config;
    Result<> good = client::set_property(config, "bootstrap.servers", brokers_);
    for (const std::string& property : properties_) {
      const std::size_t equals = property.find('=');
      if (good && equals == property.npos)
        good = fail(Errc::invalid, fmt::format("-X {}: name=value is expected", property));
      if (good)
        good =
            client::set_property(config, property.substr(0, equals), property.substr(equals + 1));
    }
    if (!good) {
      complain(name(), good.error().what);
      return Exit::usage;
    }
    const std::string path = profiles_path(program);
    auto profiles = load_profiles(path);
    if (profiles) {
      profiles->all[name_] = {name_, brokers_, properties_};
      profiles->current = name_;
    }
    const Result<> saved =
        profiles ? save_profiles(path, *profiles) : std::unexpected(profiles.error());
    if (saved) return Exit::done;
    complain(name(), saved.error().what);
    return Exit::failed;
  }

 private:
  std::string name_, brokers_;
  std::vector<std::string> properties_;
};

class ProfileList final : public Command {
 public:
  std::string_view name() const override { return "profile list"; }
  std::string_view summary() const override { return "Lists the profiles"; }
  void describe(Options& options) override {
    options.option("--format", "FORMAT", format_, "text, wide, json or csv").completes =
        Completes::formats;
  }
  Exit run(const Program& program) override {
    const auto format = format_named(format_);
    if (!format) {
      complain(name(), fmt::format("--format {}: text, wide, json or csv is expected", format_));
      return Exit::usage;
    }
    const auto profiles = load_profiles(profiles_path(program));
    if (!profiles) {
      complain(name(), profiles.error().what);
      return Exit::failed;
    }
    Report report;
    Section& table = report.table("", {{"name"}, {"current"}, {"brokers"}, {"properties"}});
    for (const auto& [profile_name, profile] : profiles->all) {
      table.add(
          {profile_name, profile_name == profiles->current, profile.brokers, profile.properties});
    }
    return write_out(name(), print(report, *format));
  }

 private:
  std::string format_ = "text";
};

// use and delete.
class ProfileChange : public Command {
 public:
  void describe(Options& options) override {
    options.argument("NAME", name_, "the profile").completes = Completes::profiles;
  }
  Exit run(const Program& program) override {
    const std::string path = profiles_path(program);
    auto profiles = load_profiles(path);
    if (profiles && !profiles->all.contains(name_)) {
      complain(name(),
               fmt::format("no profile '{}'; `weir profile list` shows those there are", name_));
      return Exit::not_found;
    }
    if (profiles) change(*profiles, name_);
    const Result<> saved =
        profiles ? save_profiles(path, *profiles) : std::unexpected(profiles.error());
    if (saved) return Exit::done;
    complain(name(), saved.error().what);
    return Exit::failed;
  }

 protected:
  virtual void change(Profiles& profiles, const std::string& profile) = 0;

 private:
  std::string name_;
};

class ProfileUse final : public ProfileChange {
 public:
  std::string_view name() const override { return "profile use"; }
  std::string_view summary() const override { return "Chooses the profile that commands use"; }

 protected:
  void change(Profiles& profiles, const std::string& profile) override {
    profiles.current = profile;
  }
};

class ProfileDelete final : public ProfileChange {
 public:
  std::string_view name() const override { return "profile delete"; }
  std::string_view summary() const override { return "Forgets a profile"; }

 protected:
  void change(Profiles& profiles, const std::string& profile) override {
    profiles.all.erase(profile);
    if (profiles.current == profile) profiles.current.clear();
  }
};

}  // namespace

void add_program_commands(Commands& commands) {
  commands.push_back(std::make_unique<ProfileCreate>());
  commands.push_back(std::make_unique<ProfileList>());
  commands.push_back(std::make_unique<ProfileUse>());
  commands.push_back(std::make_unique<ProfileDelete>());
  commands.push_back(std::make_unique<Version>());
}

}  // namespace weir::app
