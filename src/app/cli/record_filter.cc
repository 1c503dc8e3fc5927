#include "app/cli/record_filter.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

namespace weir::app {

struct Pattern::Compiled {
  explicit Compiled(std::string_view text, const re2::RE2::Options& options)
      : expression(re2::StringPiece(text.data(), text.size()), options) {}
  re2::RE2 expression;
};

Result<Pattern> Pattern::parse(std::string_view text, bool plain) {
  Pattern pattern;
  pattern.plain_ = text;
  if (plain) return pattern;
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // records are bytes
  auto compiled = std::make_shared<Compiled>(text, options);
  if (!compiled->expression.ok()) {
    return fail(Errc::invalid,
                fmt::format("'{}' is no pattern: {}", text, compiled->expression.error()));
  }
  pattern.compiled_ = std::move(compiled);
  return pattern;
}

bool Pattern::matches(std::string_view bytes) const {
  if (!compiled_) return bytes.find(plain_) != bytes.npos;
  return re2::RE2::PartialMatch(re2::StringPiece(bytes.data(), bytes.size()),
                                compiled_->expression);
}

bool Pattern::matches_whole(std::string_view bytes) const {
  if (!compiled_) return bytes == plain_;
  return re2::RE2::FullMatch(re2::StringPiece(bytes.data(), bytes.size()), compiled_->expression);
}

bool RecordFilter::matches(const RecordView& record) const {
  if (key && !(record.key && key->matches(*record.key))) return false;
  if (value && !(record.value && value->matches(*record.value))) return false;
  return std::ranges::all_of(headers, [&](const Header& wanted) {
    return std::ranges::any_of(record.headers, [&](const auto& header) {
      if (header.first != wanted.name) return false;
      return !wanted.value || (header.second && wanted.value->matches(*header.second));
    });
  });
}

}  // namespace weir::app
