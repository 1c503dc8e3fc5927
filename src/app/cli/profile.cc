#include "app/cli/profile.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "app/config/toml.h"

namespace weir::app {
namespace {

Result<Profile> read_profile(std::string_view name, const toml::node& node,
                             const std::string& path) {
  Profile profile{.name = std::string(name), .brokers = "", .properties = {}};
  const auto bad = [&](std::string_view what) {
    return fail(Errc::invalid, fmt::format("{}: profile {}: {}", path, name, what));
  };
  const toml::table* table = node.as_table();
  if (!table) return bad("a table is expected");
  for (const auto& [key, value] : *table) {
    const std::string_view field = key.str();
    if (field == "brokers" && value.is_string()) {
      profile.brokers = **value.as_string();
    } else if (field == "properties" && value.is_table()) {
      for (const auto& [property, text] : *value.as_table()) {
        const auto as_text = text.value<std::string>();
        if (!as_text)
          return bad(fmt::format("{}: text is expected", std::string_view(property.str())));
        profile.properties.push_back(
            fmt::format("{}={}", std::string_view(property.str()), *as_text));
      }
    } else {
      return bad(fmt::format("unknown setting {}", field));
    }
  }
  return profile;
}

std::string toml_text(std::string_view text) {
  std::ostringstream out;
  out << toml::value<std::string>(std::string(text));
  return out.str();
}

}  // namespace

std::string profiles_path(const Program& program) {
  std::string directory(program.variable("XDG_CONFIG_HOME"));
  if (directory.empty()) directory = std::string(program.variable("HOME")) + "/.config";
  return directory + "/weir/profiles.toml";
}

Result<Profiles> load_profiles(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in && errno == ENOENT) return Profiles{};
  std::ostringstream content;
  if (!in || !(content << in.rdbuf())) {
    std::error_code unused;
    if (in && std::filesystem::file_size(path, unused) == 0) return Profiles{};
    return fail(Errc::io, fmt::format("cannot read {}", path));
  }
  const toml::parse_result file = toml::parse(content.str());
  if (!file) {
    return fail(Errc::invalid, fmt::format("{}:{}: {}", path, file.error().source().begin.line,
                                           std::string_view(file.error().description())));
  }
  Profiles profiles;
  profiles.current = file["current"].value_or(std::string());
  if (const toml::table* all = file["profile"].as_table()) {
    for (const auto& [name, node] : *all) {
      TRY_ASSIGN(profiles.all[std::string(name.str())], read_profile(name.str(), node, path));
    }
  }
  return profiles;
}

Result<> save_profiles(const std::string& path, const Profiles& profiles) {
  std::string text;
  if (!profiles.current.empty()) text += fmt::format("current = {}\n", toml_text(profiles.current));
  for (const auto& [name, profile] : profiles.all) {
    text +=
        fmt::format("\n[profile.{}]\nbrokers = {}\n", toml_text(name), toml_text(profile.brokers));
    if (profile.properties.empty()) continue;
    text += "[profile." + toml_text(name) + ".properties]\n";
    for (const std::string& property : profile.properties) {
      const std::size_t equals = property.find('=');
      text += fmt::format("{} = {}\n", toml_text(property.substr(0, equals)),
                          toml_text(property.substr(equals + 1)));
    }
  }
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  const std::string fresh = path + ".new";
  std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) return fail(Errc::io, fmt::format("cannot write {}: {}", fresh, std::strerror(errno)));
  std::filesystem::rename(fresh, path, error);
  if (error) return fail(Errc::io, fmt::format("cannot write {}: {}", path, error.message()));
  return {};
}

Result<Profile> chosen_profile(std::string_view name, const Program& program) {
  TRY_ASSIGN(const Profiles profiles, load_profiles(profiles_path(program)));
  if (name.empty()) name = program.variable("WEIR_PROFILE");
  if (name.empty()) name = profiles.current;
  if (name.empty()) return Profile{};
  const auto found = profiles.all.find(name);
  if (found != profiles.all.end()) return found->second;
  return fail(Errc::invalid,
              fmt::format("no profile '{}'; `weir profile list` shows those there are", name));
}

}  // namespace weir::app
