#include "log/format/partition_metadata.h"

namespace weir::log {
namespace {

constexpr std::string_view version_line = "version: 0\n";
constexpr std::string_view id_key = "topic_id: ";

}  // namespace

std::string format_partition_metadata(const Uuid& topic_id) {
  return std::string(version_line) + std::string(id_key) + topic_id.text();
}

Result<Uuid> parse_partition_metadata(std::string_view text) {
  if (text.starts_with(version_line)) {
    text.remove_prefix(version_line.size());
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.starts_with(id_key)) {
      text.remove_prefix(id_key.size());
      const auto id = Uuid::parse(text);
      if (id && !id->is_zero()) return *id;
    }
  }
  return fail(Errc::corrupt, "a partition.metadata file that makes no sense");
}

}  // namespace weir::log
