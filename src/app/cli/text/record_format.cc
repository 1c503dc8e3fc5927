#include "app/cli/text/record_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <set>

#include "app/cli/text/units.h"

namespace weir::app {
namespace {

std::unexpected<Error> mistake(std::string what) { return fail(Errc::invalid, std::move(what)); }

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// The character after a backslash, which is taken away with what belongs to it.
std::optional<char> take_escape(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const char letter = text.front();
  text.remove_prefix(1);
  switch (letter) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case '0':
      return '\0';
    case '\\':
      return '\\';
    case 'x':
      break;
    default:
      return std::nullopt;
  }
  if (text.size() < 2) return std::nullopt;
  const auto high = hex_digit(text[0]), low = hex_digit(text[1]);
  if (!high || !low) return std::nullopt;
  text.remove_prefix(2);
  return static_cast<char>(*high * 16 + *low);
}

template <class Number>
Result<Number> number_of(std::string_view text, std::string_view what) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return mistake(fmt::format("'{}' is no {}", text.substr(0, 40), what));
  }
  return number;
}

void print_headers(const RecordView& record, std::string& out) {
  bool first = true;
  for (const auto& [name, value] : record.headers) {
    if (!std::exchange(first, false)) out += ',';
    out += name;
    if (value) (out += '=') += *value;
  }
}

auto read_headers(std::string_view text) {
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  while (!text.empty()) {
    const std::string_view header = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), header.size() + 1));
    const std::size_t equals = header.find('=');
    headers.emplace_back(header.substr(0, equals), std::nullopt);
    if (equals != header.npos) headers.back().second = header.substr(equals + 1);
  }
  return headers;
}

std::int64_t length_of(const std::optional<std::string_view>& bytes) {
  return bytes ? static_cast<std::int64_t>(bytes->size()) : -1;
}

using Field = RecordFormat::Field;

struct FieldLetter {
  char letter;
  Field field;
};
constexpr auto field_letters = std::to_array<FieldLetter>({{'t', Field::topic},
                                                           {'p', Field::partition},
                                                           {'o', Field::offset},
                                                           {'k', Field::key},
                                                           {'v', Field::value},
                                                           {'s', Field::value},
                                                           {'K', Field::key_length},
                                                           {'S', Field::value_length},
                                                           {'h', Field::headers},
                                                           {'T', Field::timestamp},
                                                           {'d', Field::time}});

std::optional<Field> field_of(char letter) {
  const auto* const found = std::ranges::find(field_letters, letter, &FieldLetter::letter);
  return found == field_letters.end() ? std::nullopt : std::optional(found->field);
}

std::string field_name(Field field) {
  const auto* const found = std::ranges::find(field_letters, field, &FieldLetter::field);
  return found == field_letters.end() ? "text" : fmt::format("%{}", found->letter);
}

}  // namespace

// Of the key and the value of the record that is read: -1 for null, nothing when not told.
struct RecordFormat::Lengths {
  std::optional<std::int64_t> key, value;
};

void RecordFormat::add_literal(char c) {
  if (parts_.empty() || parts_.back().field != Field::literal) parts_.emplace_back();
  parts_.back().text += c;
}

Result<RecordFormat> RecordFormat::parse(std::string_view format) {
  RecordFormat parsed;
  std::string_view rest = format;
  while (!rest.empty()) {
    const std::size_t at = format.size() - rest.size();
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '\\') {
      const auto escaped = take_escape(rest);
      if (!escaped) {
        return mistake(
            fmt::format("no such escape at position {} of the format '{}'; there are "
                        "\\n \\t \\r \\0 \\\\ and \\xHH",
                        at + 1, format));
      }
      parsed.add_literal(*escaped);
    } else if (c != '%') {
      parsed.add_literal(c);
    } else if (rest.starts_with('%')) {
      rest.remove_prefix(1);
      parsed.add_literal('%');
    } else {
      const auto field = rest.empty() ? std::nullopt : field_of(rest.front());
      if (!field) {
        return mistake(
            fmt::format("no such field at position {} of the format '{}'; there are %t "
                        "%p %o %k %v %s %K %S %h %T %d and %%",
                        at + 1, format));
      }
      rest.remove_prefix(1);
      parsed.parts_.push_back({*field, {}});
    }
  }
  const bool ends_line = !parsed.parts_.empty() && parsed.parts_.back().text.ends_with('\n');
  if (!ends_line) parsed.add_literal('\n');
  return parsed;
}

bool RecordFormat::has(Field field) const {
  return std::ranges::find(parts_, field, &Part::field) != parts_.end();
}

Result<> RecordFormat::check_input() const {
  std::set<Field> seen;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const Field field = parts_[i].field;
    if (field == Field::literal) continue;
    const std::string name = field_name(field);
    if (!seen.insert(field).second) {
      return mistake(fmt::format("-f: {} stands there twice, and a record has one", name));
    }
    const bool is_late = (field == Field::key_length && seen.contains(Field::key)) ||
                         (field == Field::value_length && seen.contains(Field::value));
    if (is_late) {
      return mistake(fmt::format("-f: {} has to stand before what it is the length of", name));
    }
    const bool is_told = (field == Field::key && seen.contains(Field::key_length)) ||
                         (field == Field::value && seen.contains(Field::value_length));
    if (is_told || parts_[i + 1].field == Field::literal) continue;
    return mistake(
        fmt::format("-f: nothing says where {} ends: text has to stand between {} and "
                    "{}, or the length of a key (%K) or value (%S) before it",
                    name, name, field_name(parts_[i + 1].field)));
  }
  if (seen.empty()) return mistake("-f: there is no field in it");
  return {};
}

void RecordFormat::print(const RecordView& record, std::string& out) const {
  for (const Part& part : parts_) {
    switch (part.field) {
      case Field::literal:
        out += part.text;
        break;
      case Field::topic:
        out += record.topic;
        break;
      case Field::partition:
        fmt::format_to(std::back_inserter(out), "{}", record.partition);
        break;
      case Field::offset:
        fmt::format_to(std::back_inserter(out), "{}", record.offset);
        break;
      case Field::key:
        out += record.key.value_or("");
        break;
      case Field::value:
        out += record.value.value_or("");
        break;
      case Field::key_length:
        fmt::format_to(std::back_inserter(out), "{}", length_of(record.key));
        break;
      case Field::value_length:
        fmt::format_to(std::back_inserter(out), "{}", length_of(record.value));
        break;
      case Field::headers:
        print_headers(record, out);
        break;
      case Field::timestamp:
        fmt::format_to(std::back_inserter(out), "{}", record.timestamp);
        break;
      case Field::time:
        out += format_time(record.timestamp);
        break;
    }
  }
}

Result<> RecordFormat::assign(Field field, std::string_view text, RecordText& record,
                              Lengths& lengths) const {
  switch (field) {
    case Field::literal:
      break;
    case Field::topic:
      record.topic = text;
      break;
    case Field::partition: {
      TRY_ASSIGN(record.partition, number_of<PartitionIndex>(text, "partition"));
      break;
    }
    case Field::offset: {
      TRY(number_of<Offset>(text, "offset"));
      break;
    }
    case Field::key:
      if (lengths.key != -1) record.key = text;
      break;
    case Field::value:
      if (lengths.value != -1) record.value = text;
      break;
    case Field::key_length: {
      TRY_ASSIGN(lengths.key, number_of<std::int64_t>(text, "length of a key"));
      break;
    }
    case Field::value_length: {
      TRY_ASSIGN(lengths.value, number_of<std::int64_t>(text, "length of a value"));
      break;
    }
    case Field::headers:
      record.headers = read_headers(text);
      break;
    case Field::timestamp: {
      TRY_ASSIGN(record.timestamp, number_of<TimestampMs>(text, "time in milliseconds"));
      break;
    }
    case Field::time: {
      TRY_ASSIGN(record.timestamp, parse_time(text, 0));
      break;
    }
  }
  return {};
}

Result<std::optional<RecordText>> RecordFormat::read(std::string_view& input, bool at_end) const {
  if (input.empty()) return std::nullopt;
  RecordText record;
  Lengths lengths;
  std::string_view rest = input;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    if (part.field == Field::literal) {
      if (!rest.starts_with(part.text)) {
        const bool is_cut = part.text.starts_with(rest);
        if (is_cut && !at_end) return std::nullopt;
        // At the end of the input the last line may lack its end.
        if (is_cut && rest.empty() && i + 1 == parts_.size()) break;
        return mistake(
            fmt::format("the record does not fit the format: '{}' is expected before "
                        "'{}'",
                        part.text, rest.substr(0, 40)));
      }
      rest.remove_prefix(part.text.size());
      continue;
    }
    const auto told = part.field == Field::key     ? lengths.key
                      : part.field == Field::value ? lengths.value
                                                   : std::nullopt;
    std::size_t size = 0;
    if (told) {
      if (*told < -1) return mistake(fmt::format("{} is no length", *told));
      size = static_cast<std::size_t>(std::max<std::int64_t>(*told, 0));
      if (size > rest.size()) {
        if (!at_end) return std::nullopt;
        return mistake(
            fmt::format("the input ends within a record: {} bytes are expected and {} "
                        "are there",
                        size, rest.size()));
      }
    } else if (i + 1 < parts_.size() && parts_[i + 1].field == Field::literal) {
      size = rest.find(parts_[i + 1].text);
      if (size == rest.npos) {
        if (!at_end) return std::nullopt;
        if (i + 2 != parts_.size()) {
          return mistake(
              fmt::format("the input ends within a record: '{}' is missing", parts_[i + 1].text));
        }
        size = rest.size();
      }
    } else {
      return mistake("on input a literal has to stand between two fields, or a length before");
    }
    TRY(assign(part.field, rest.substr(0, size), record, lengths));
    rest.remove_prefix(size);
  }
  input = rest;
  return record;
}

}  // namespace weir::app
