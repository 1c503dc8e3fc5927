// wire_golden FILE: holds the codecs against what Apache Kafka's own classes wrote (golden_file.h).
//
// Each instance is decoded, re-encoded to the same bytes and shown as the same JSON. Then its bytes
// are cut and changed: whatever comes must be an error or a message that encodes again, and memory
// stays within a fixed multiple of the bytes. Each probe (null, or a value that the version lacks)
// must meet the same refusal or give the same bytes. Versions, errors and APIs are compared as
// well.

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <set>

#include "base/random.h"
#include "base/uuid.h"
#include "test/wire/golden_file.h"
#include "wire/api_key.h"
#include "wire/codec/codec.h"
#include "wire/codec/descriptor.h"
#include "wire/codec/memory.h"
#include "wire/error_code.h"

namespace weir::wire::golden {
namespace {

using codec_detail::AnyArray;
using codec_detail::load;
using codec_detail::scalar_size;
using codec_detail::store;

constexpr std::size_t first_block = 1024;  // of an arena

// A message of a type that is known only by its descriptor.
class AnyMessage {
 public:
  explicit AnyMessage(const MessageDescriptor& descriptor) : descriptor_(descriptor) {
    const auto& root = descriptor.structs[descriptor.root];
    memory_ = std::make_unique<std::max_align_t[]>(root.size / sizeof(std::max_align_t) + 1);
    std::memcpy(memory_.get(), root.default_value, root.size);
  }

  std::byte* data() { return reinterpret_cast<std::byte*>(memory_.get()); }
  Result<std::size_t> decode(Bytes bytes, std::int16_t version) {
    return codec_detail::decode(data(), descriptor_, bytes, version, arena_);
  }
  Result<> encode(std::int16_t version, Output& output) {
    return codec_detail::encode(data(), descriptor_, version, output);
  }
  std::string json(std::int16_t version) {
    return codec_detail::to_json(data(), descriptor_, version);
  }
  Arena& arena() { return arena_; }

 private:
  const MessageDescriptor& descriptor_;
  std::unique_ptr<std::max_align_t[]> memory_;
  Arena arena_;
};

struct Counts {
  std::size_t messages = 0, versions = 0, instances = 0, jsons = 0, probes = 0, cuts = 0,
              changes = 0, survivors = 0, kafka_changes = 0, stricter = 0, errors = 0, apis = 0,
              failures = 0;
  double worst_reserve = 0;  // arena bytes per byte of input
};

class Checker {
 public:
  explicit Checker(std::uint64_t seed) : random_(seed) {}

  bool run(Reader reader) {
    while (!reader.at_end()) {
      switch (reader.number<std::uint8_t>()) {
        case 'E':
          error(reader);
          break;
        case 'A':
          api(reader);
          break;
        case 'V':
          versions(reader);
          break;
        case 'M':
          instance(reader);
          break;
        case 'X':
          changed_by_kafka(reader);
          break;
        case 'P':
          probe(reader);
          break;
        default:
          failed("the file has an unknown entry");
          return false;
      }
    }
    for (const auto* message : all_messages()) {
      if (!seen_.contains(message->name))
        failed(std::string(message->name) + " is unknown to Kafka");
    }
    if (counts_.errors != all_errors().size()) failed("the number of errors differs");
    if (counts_.apis != all_apis().size()) failed("the number of APIs differs");
    return counts_.failures == 0;
  }

  const Counts& counts() const { return counts_; }

 private:
  void failed(const std::string& what) {
    if (++counts_.failures <= 40) std::printf("FAILED %s\n", what.c_str());
  }
  void expect(bool holds, const std::string& what) {
    if (!holds) failed(what);
  }

  void error(Reader& reader) {
    ++counts_.errors;
    const auto code = reader.number<std::int16_t>();
    const auto name = std::string(reader.text());
    const auto& info = error_info(code);
    const bool same = code_of(info.code) == code && info.name == name;
    const bool retriable = reader.number<std::uint8_t>() != 0;
    const bool refresh = reader.number<std::uint8_t>() != 0;
    expect(same && info.retriable == retriable && info.refresh_metadata == refresh,
           "error " + name);
  }

  void api(Reader& reader) {
    ++counts_.apis;
    const auto key = reader.number<std::int16_t>();
    const auto name = std::string(reader.text());
    const auto oldest = reader.number<std::int16_t>();
    const auto latest = reader.number<std::int16_t>();
    const auto stable = reader.number<std::int16_t>();
    const bool broker = reader.number<std::uint8_t>() != 0;
    const bool controller = reader.number<std::uint8_t>() != 0;
    const auto* info = find_api(key);
    expect(info != nullptr && info->name == name && info->min_version == oldest &&
               info->max_version == latest && info->latest_version_unstable == (stable != latest) &&
               info->on_broker == broker && info->on_controller == controller,
           "API " + name);
    for (auto version = oldest; version <= latest; ++version) {
      const auto request = reader.number<std::int8_t>();
      const auto response = reader.number<std::int8_t>();
      expect(info != nullptr && request_header_version(*info, version) == request &&
                 response_header_version(*info, version) == response,
             "header versions of " + name);
    }
  }

  void versions(Reader& reader) {
    ++counts_.messages;
    const auto name = std::string(reader.text());
    const auto low = reader.number<std::int16_t>();
    const auto high = reader.number<std::int16_t>();
    seen_.insert(name);
    const auto* message = find_message(name);
    if (message == nullptr) return failed(name + " has no schema");
    expect(message->min_version == low && message->max_version == high, "versions of " + name);
    counts_.versions += static_cast<std::size_t>(high - low + 1);
  }

  void instance(Reader& reader) {
    const auto name = std::string(reader.text());
    const auto version = reader.number<std::int16_t>();
    const auto bytes = reader.bytes().value();
    const auto json = reader.bytes();
    const auto* message = find_message(name);
    last_ = {message, version, bytes};
    if (message == nullptr) return;
    ++counts_.instances;
    const auto where = name + " version " + std::to_string(version);
    AnyMessage decoded(*message);
    const auto used = decoded.decode(bytes, version);
    if (!used) return failed(where + ": " + used.error().message());
    expect(*used == bytes.size(), where + ": bytes left over");
    Output output;
    const auto encoded = decoded.encode(version, output);
    if (!encoded) return failed(where + ": " + encoded.error().message());
    expect(std::ranges::equal(output.bytes(), bytes), where + ": encodes differently");
    if (json) {
      ++counts_.jsons;
      const auto ours = decoded.json(version);
      expect(ours == as_text(*json),
             where + ":\n  Kafka " + std::string(as_text(*json)) + "\n  Weir  " + ours);
    }
    check_memory(decoded, bytes, where);
    cut(*message, bytes, version, where);
    change(*message, bytes, version, where);
  }

  void check_memory(AnyMessage& decoded, Bytes bytes, const std::string& where) {
    const auto reserved = decoded.arena().bytes_reserved();
    expect(reserved <= decoded_memory_budget(bytes.size()),
           where + ": takes " + std::to_string(reserved) + " bytes for " +
               std::to_string(bytes.size()));
    if (reserved > first_block && !bytes.empty()) {
      counts_.worst_reserve =
          std::max(counts_.worst_reserve,
                   static_cast<double>(reserved - first_block) / static_cast<double>(bytes.size()));
    }
  }

  // A message is never complete before its end, so every cut is an error. The bytes are copied, so
  // that a sanitizer sees a read beyond them.
  void cut(const MessageDescriptor& message, Bytes bytes, std::int16_t version,
           const std::string& where) {
    const std::size_t most = std::min<std::size_t>(bytes.size(), 64);
    for (std::size_t i = 0; i < most; ++i) {
      const auto size = bytes.size() <= 64 ? i : random_.below(bytes.size());
      const std::vector<std::byte> copy(bytes.begin(),
                                        bytes.begin() + static_cast<std::ptrdiff_t>(size));
      AnyMessage decoded(message);
      expect(!decoded.decode(copy, version), where + ": a cut was not noticed");
      check_memory(decoded, copy, where);
      ++counts_.cuts;
    }
  }

  void change(const MessageDescriptor& message, Bytes bytes, std::int16_t version,
              const std::string& where) {
    if (bytes.empty()) return;
    for (int i = 0; i < 16; ++i) {
      std::vector<std::byte> copy(bytes.begin(), bytes.end());
      for (auto k = 1 + random_.below(3); k > 0; --k) {
        static constexpr std::uint8_t edges[] = {0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF};
        const auto value =
            random_.below(2) == 0 ? edges[random_.below(std::size(edges))] : random_.below(256);
        copy[random_.below(copy.size())] = static_cast<std::byte>(value);
      }
      ++counts_.changes;
      AnyMessage decoded(message);
      const auto used = decoded.decode(copy, version);
      check_memory(decoded, copy, where);
      if (!used) continue;
      ++counts_.survivors;
      Output output;
      const auto encoded = decoded.encode(version, output);
      if (!encoded) {  // only the order of unknown tags is checked later than here
        expect(encoded.error().what.find("ascending") != std::string::npos,
               where + ": " + encoded.error().message());
        continue;
      }
      AnyMessage again(message);
      const auto reread = again.decode(output.bytes(), version);
      expect(reread && *reread == output.bytes().size() &&
                 again.json(version) == decoded.json(version),
             where + ": a changed message does not survive");
    }
  }

  // Weir accepts what Kafka accepts, and uses as many bytes of it. It alone refuses a tagged field
  // that does not fill the size before it, or is cut off by it.
  void changed_by_kafka(Reader& reader) {
    auto copy = std::vector<std::byte>(last_.bytes.begin(), last_.bytes.end());
    for (auto count = reader.number<std::uint8_t>(); count > 0; --count) {
      const auto at = reader.number<std::int32_t>();
      copy.at(static_cast<std::size_t>(at)) = reader.number<std::byte>();
    }
    const auto kafka_used = reader.number<std::int32_t>();
    if (last_.message == nullptr) return;
    ++counts_.kafka_changes;
    AnyMessage decoded(*last_.message);
    const auto used = decoded.decode(copy, last_.version);
    const auto where =
        std::string(last_.message->name) + " version " + std::to_string(last_.version) + " changed";
    if (!used && kafka_used >= 0) {
      const auto& what = used.error().what;
      const bool tag = what.find("tagged field") != std::string::npos ||
                       what.find("cut off") != std::string::npos;
      ++counts_.stricter;
      return expect(tag, where + ": Kafka reads it, but " + used.error().message());
    }
    const auto weir_used = used ? static_cast<std::int64_t>(*used) : -1;
    expect(weir_used == kafka_used, where + ": Kafka uses " + std::to_string(kafka_used) +
                                        " bytes, Weir " + std::to_string(weir_used));
  }

  void probe(Reader& reader) {
    const auto name = std::string(reader.text());
    const auto version = reader.number<std::int16_t>();
    const auto operation = reader.number<std::uint8_t>();
    const auto path = std::string(reader.text());
    const auto expected = reader.bytes();
    const auto* message = find_message(name);
    if (message == nullptr) return;
    ++counts_.probes;
    const auto where = name + " version " + std::to_string(version) + " probe " +
                       std::to_string(operation) + " of " + path;
    AnyMessage made(*message);
    if (!apply(*message, made, operation, path)) return failed(where + ": no such member");
    Output output;
    const auto encoded = made.encode(version, output);
    if (!expected) return expect(!encoded, where + ": Kafka refuses it");
    if (!encoded) return failed(where + ": " + encoded.error().message());
    expect(std::ranges::equal(output.bytes(), *expected), where + ": encodes differently");
  }

  static const FieldInfo* find_field(const MessageDescriptor& message, std::uint16_t structure,
                                     std::string_view name) {
    for (const auto& field : message.fields_of(message.structs[structure])) {
      if (name == field.name) return &field;
    }
    return nullptr;
  }

  // Walks to the member, making one element of each array on the way, and changes it.
  static bool apply(const MessageDescriptor& message, AnyMessage& made, int operation,
                    std::string_view path) {
    auto* at = made.data();
    auto structure = message.root;
    while (!path.empty()) {
      const auto dot = path.find('.');
      const auto* field = find_field(message, structure, path.substr(0, dot));
      if (field == nullptr) return false;
      auto* member = at + field->offset;
      if (dot == std::string_view::npos)
        return operation == 1 ? set_null(*field, member) : set_other(*field, member);
      path.remove_prefix(dot + 1);
      structure = field->structure;
      at = member;
      if (field->code == OpCode::structure) continue;
      const auto& info = message.structs[structure];
      at = static_cast<std::byte*>(made.arena().allocate(info.size, alignof(std::max_align_t)));
      std::memcpy(at, info.default_value, info.size);
      if (field->code == OpCode::pointer)
        store(member, at);
      else
        store(member, AnyArray(at, 1));
    }
    return true;
  }

  static bool set_null(const FieldInfo& field, std::byte* member) {
    switch (field.code) {
      case OpCode::string:
        store(member, Str::null());
        return true;
      case OpCode::bytes:
        store(member, Blob::null());
        return true;
      case OpCode::records:
        store(member, Records::null());
        return true;
      case OpCode::pointer:
        store<std::byte*>(member, nullptr);
        return true;
      case OpCode::array:
      case OpCode::struct_array:
        store(member, AnyArray::null());
        return true;
      default:
        return false;
    }
  }

  static bool set_other(const FieldInfo& field, std::byte* member) {
    static constexpr std::byte one[] = {std::byte{1}};
    switch (field.code) {
      case OpCode::string:
        store(member, Str("x"));
        return true;
      case OpCode::bytes:
        store(member, Blob(Bytes(one)));
        return true;
      case OpCode::uuid:
        store(member, Uuid{7, 7});
        return true;
      case OpCode::float64:
        store(member, load<double>(member) + 1);
        return true;
      default:
        if (scalar_size(field.code) == 0) return false;
        *member ^= std::byte{1};
        return true;
    }
  }

  SeededRandom random_;
  Counts counts_;
  std::set<std::string> seen_;
  struct {
    const MessageDescriptor* message = nullptr;
    std::int16_t version = 0;
    Bytes bytes;
  } last_;  // instance
};

}  // namespace
}  // namespace weir::wire::golden

int main(int argc, char** argv) {
  using namespace weir::wire::golden;
  if (argc != 2) {
    std::fprintf(stderr, "usage: wire_golden FILE\n");
    return 2;
  }
  const auto file = read_file(argv[1]);
  if (!file) {
    std::fprintf(stderr, "error: %s\n", file.error().message().c_str());
    return 2;
  }
  Checker checker(1);
  const bool good = checker.run(Reader(*file));
  const auto& c = checker.counts();
  std::printf(
      "%zu messages in %zu versions: %zu instances to the same bytes, %zu to the same JSON\n",
      c.messages, c.versions, c.instances, c.jsons);
  std::printf("%zu probes of the encoder, %zu errors, %zu APIs\n", c.probes, c.errors, c.apis);
  std::printf("%zu cuts, %zu changes (%zu still messages); at most %.1f bytes reserved per byte\n",
              c.cuts, c.changes, c.survivors, c.worst_reserve);
  std::printf("%zu changes read or refused as Kafka does, %zu of them refused by Weir alone\n",
              c.kafka_changes, c.stricter);
  std::printf("%zu failed\n", c.failures);
  return good ? 0 : 1;
}
