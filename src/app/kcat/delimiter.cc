#include "app/kcat/delimiter.h"

#include <cstdlib>

namespace weir::app::kcat {

std::expected<std::string, std::string> parse_delimiter(std::string_view text) {
  std::string out(text.substr(0, text.find('\0')));
  for (;;) {
    if (const std::size_t newline = out.find("\\n"); newline != out.npos) {
      out.replace(newline, 2, "\n");
    } else if (const std::size_t tab = out.find("\\t"); tab != out.npos) {
      out.replace(tab, 2, "\t");
    } else if (const std::size_t hex = out.find("\\x"); hex != out.npos) {
      const char* const digits = out.c_str() + hex + 2;
      char* end = nullptr;
      const auto number = static_cast<unsigned char>(std::strtoul(digits, &end, 16));
      if (end == digits) return std::unexpected(out.substr(hex));
      if (number == 0) return out.substr(0, hex);
      out.replace(hex, static_cast<std::size_t>(end - digits) + 2, 1, static_cast<char>(number));
    } else {
      return out;
    }
  }
}

}  // namespace weir::app::kcat
