// The JSON of Kafka's generated converters: fields in the order of the schema, tagged ones only
// when not default, binary as base64, records as an empty string (the converters do not show them).

#include <array>
#include <charconv>
#include <cmath>

#include "base/uuid.h"
#include "wire/codec/codec.h"
#include "wire/codec/descriptor.h"
#include "wire/codec/memory.h"

namespace weir::wire::codec_detail {
namespace {

void append_string(std::string& out, std::string_view text) {
  static constexpr char hex[] = "0123456789ABCDEF";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += hex[c >> 4];
          out += hex[c & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void append_base64(std::string& out, Bytes bytes) {
  static constexpr char digits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  out += '"';
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const auto have = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < have ? std::to_integer<std::uint32_t>(bytes[i + k]) : 0);
    for (std::size_t k = 0; k < 4; ++k) out += k <= have ? digits[group >> (18 - 6 * k) & 63] : '=';
  }
  out += '"';
}

// Java's form of a double: plain from 1e-3 to 1e7, else with an exponent, always with a fraction.
void append_double(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    return;
  }
  std::array<char, 64> buffer;
  const double magnitude = std::fabs(value);
  const bool plain = value == 0 || (magnitude >= 1e-3 && magnitude < 1e7);
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format).ptr;
  std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const auto exponent_at = text.find('e');
  const auto mantissa = text.substr(0, exponent_at);
  out += mantissa;
  if (mantissa.find('.') == std::string_view::npos) out += ".0";
  if (exponent_at == std::string_view::npos) return;
  auto exponent = text.substr(exponent_at + 1);
  out += 'E';
  if (exponent.front() == '-') out += '-';
  exponent.remove_prefix(1);
  while (exponent.size() > 1 && exponent.front() == '0') exponent.remove_prefix(1);
  out += exponent;
}

class JsonWriter {
 public:
  explicit JsonWriter(const MessageDescriptor& message) : message_(message) {}

  void structure(const Plan& plan, const std::byte* from) {
    out_ += '{';
    bool first = true;
    const auto& info = message_.structs[plan.structure];
    for (std::uint16_t index = info.first_field; index < info.first_field + info.field_count;
         ++index) {
      const auto* op = shown(plan, index, from);
      if (!op) continue;
      if (!first) out_ += ',';
      first = false;
      append_string(out_, message_.fields[index].name);
      out_ += ':';
      field(*op, from + op->offset);
    }
    out_ += '}';
  }

  std::string take() { return std::move(out_); }

 private:
  const Op* shown(const Plan& plan, std::uint16_t index, const std::byte* from) const {
    for (const auto& op : message_.steps(plan)) {
      if (op.field == index) return &op;
    }
    const auto* defaults =
        static_cast<const std::byte*>(message_.structs[plan.structure].default_value);
    for (const auto& op : message_.tagged(plan)) {
      if (op.field != index) continue;
      const bool same =
          is_default(message_, message_.fields[index], from + op.offset, defaults + op.offset);
      return same ? nullptr : &op;
    }
    return nullptr;
  }

  void field(const Op& op, const std::byte* member) {
    switch (op.code) {
      case OpCode::structure:
        structure(message_.plans[op.plan], member);
        break;
      case OpCode::pointer: {
        const auto* target = load<const std::byte*>(member);
        if (target)
          structure(message_.plans[op.plan], target);
        else
          out_ += "null";
        break;
      }
      case OpCode::array:
      case OpCode::struct_array:
        array(op, load<AnyArray>(member));
        break;
      default:
        value(op.code, member);
    }
  }

  void value(OpCode code, const std::byte* member) {
    switch (code) {
      case OpCode::boolean:
        out_ += load<std::uint8_t>(member) != 0 ? "true" : "false";
        break;
      case OpCode::int8:
        out_ += std::to_string(load<std::int8_t>(member));
        break;
      case OpCode::int16:
        out_ += std::to_string(load<std::int16_t>(member));
        break;
      case OpCode::uint16:
        out_ += std::to_string(load<std::uint16_t>(member));
        break;
      case OpCode::int32:
        out_ += std::to_string(load<std::int32_t>(member));
        break;
      case OpCode::uint32:
        out_ += std::to_string(load<std::uint32_t>(member));
        break;
      case OpCode::int64:
        out_ += std::to_string(load<std::int64_t>(member));
        break;
      case OpCode::float64:
        append_double(out_, load<double>(member));
        break;
      case OpCode::uuid:
        append_string(out_, load<Uuid>(member).text());
        break;
      case OpCode::string: {
        const auto text = load<Str>(member);
        if (text.is_null())
          out_ += "null";
        else
          append_string(out_, text.view());
        break;
      }
      case OpCode::bytes: {
        const auto blob = load<Blob>(member);
        if (blob.is_null())
          out_ += "null";
        else
          append_base64(out_, blob.view());
        break;
      }
      default:
        out_ += load<Records>(member).is_null() ? "null" : "\"\"";
    }
  }

  void array(const Op& op, AnyArray elements) {
    if (elements.is_null()) {
      out_ += "null";
      return;
    }
    out_ += '[';
    const bool structs = op.code == OpCode::struct_array;
    const std::size_t size = structs ? message_.structs[message_.plans[op.plan].structure].size
                             : op.element == OpCode::string ? sizeof(Str)
                             : op.element == OpCode::bytes  ? sizeof(Blob)
                                                            : scalar_size(op.element);
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if (i != 0) out_ += ',';
      const auto* element = elements.data() + i * size;
      if (structs)
        structure(message_.plans[op.plan], element);
      else
        value(op.element, element);
    }
    out_ += ']';
  }

  const MessageDescriptor& message_;
  std::string out_;
};

}  // namespace

std::string to_json(const void* message, const MessageDescriptor& descriptor,
                    std::int16_t version) {
  if (!descriptor.has_version(version)) return "null";
  JsonWriter writer(descriptor);
  writer.structure(descriptor.plan(version), static_cast<const std::byte*>(message));
  return writer.take();
}

}  // namespace weir::wire::codec_detail
