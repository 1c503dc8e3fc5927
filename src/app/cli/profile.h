#pragma once
// Profiles: clusters by name, in `profiles.toml` of $XDG_CONFIG_HOME/weir (~/.config/weir).
//
//   current = "prod"
//   [profile.prod]
//   brokers = "a:9092,b:9092"
//   properties = { "client.id" = "me" }

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/command.h"
#include "base/result.h"

namespace weir::app {

struct Profile {
  std::string name;
  std::string brokers;
  std::vector<std::string> properties;  // name=value
};

struct Profiles {
  std::string current;  // empty: none
  std::map<std::string, Profile, std::less<>> all;
};

std::string profiles_path(const Program& program);
// No file: no profiles. Errors: invalid (the line), io.
Result<Profiles> load_profiles(const std::string& path);
// The old or the new content, whole. Error: io.
Result<> save_profiles(const std::string& path, const Profiles& profiles);

// The one that is named, else WEIR_PROFILE, else the current one, else an empty one. Errors:
// invalid, also when there is none of that name.
Result<Profile> chosen_profile(std::string_view name, const Program& program);

}  // namespace weir::app
