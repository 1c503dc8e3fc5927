// What a record batch costs: CRC, building, walking, validating. Bytes per second are of
// uncompressed records.

#include <benchmark/benchmark.h>

#include <string>

#include "wire/record/batch_builder.h"
#include "wire/record/validator.h"

namespace weir::wire {
namespace {

constexpr TimestampMs now = 1'700'000'000'000;

// Words that compress about fivefold, as JSON does.
std::string value_of(std::size_t size, std::uint64_t seed) {
  static constexpr const char* words[] = {
      "\"origin\":", "\"JFK\",", "\"carrier\":", "\"B6\",", "\"delay\":",
      "\"tail\":",   "\"N725\"", "{\"flight\":", "},",      "\"hour\":"};
  std::string out;
  while (out.size() < size) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    out += words[(seed >> 33) % 10];
    if ((seed >> 60) == 0) out += std::to_string(seed >> 40);
  }
  out.resize(size);
  return out;
}

void fill(BatchBuilder& builder, std::size_t record_bytes, const std::vector<std::string>& values) {
  builder.clear({});
  for (std::size_t i = 0; builder.size() + record_bytes <= 65536; ++i) {
    builder.add({.timestamp = now + static_cast<TimestampMs>(i),
                 .value = Blob(as_bytes(values[i % values.size()]))});
  }
}

std::vector<std::string> values_of(std::size_t record_bytes) {
  std::vector<std::string> values;
  for (std::uint64_t i = 0; i < 64; ++i) values.push_back(value_of(record_bytes - 12, i));
  return values;
}

std::vector<std::byte> batch_of(std::size_t record_bytes, Codec codec) {
  CompressionContext context;
  BatchBuilder builder({});
  fill(builder, record_bytes, values_of(record_bytes));
  std::vector<std::byte> out;
  if (!builder.build_to(context, {codec, {}}, out)) std::abort();
  return out;
}

void crc(benchmark::State& state) {
  const std::vector<std::byte> bytes(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(crc32c(bytes));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(crc)->Arg(256)->Arg(1024)->Arg(65536);

void build(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto codec = static_cast<Codec>(state.range(1));
  const auto values = values_of(size);
  CompressionContext context;
  BatchBuilder builder({});
  std::vector<std::byte> out;
  std::int64_t bytes = 0;
  std::int64_t records = 0;
  for (auto _ : state) {
    fill(builder, size, values);
    out.clear();
    if (!builder.build_to(context, {codec, {}}, out)) std::abort();
    bytes += static_cast<std::int64_t>(builder.size());
    records += builder.count();
  }
  state.SetBytesProcessed(bytes);
  state.SetItemsProcessed(records);
  state.counters["ratio"] = static_cast<double>(builder.size()) / static_cast<double>(out.size());
}
BENCHMARK(build)->ArgNames({"record", "codec"})->ArgsProduct({{100, 1024}, {0, 1, 2, 3, 4}});

void iterate(benchmark::State& state) {
  const auto batch = batch_of(static_cast<std::size_t>(state.range(0)), Codec::none);
  std::int64_t records = 0;
  for (auto _ : state) {
    RecordIterator iterator{BatchView(batch)};
    Record record;
    while (*iterator.next(record)) benchmark::DoNotOptimize(record);
    records += BatchView(batch).records_count();
  }
  state.SetItemsProcessed(records);
}
BENCHMARK(iterate)->Arg(100)->Arg(1024);

void validate(benchmark::State& state) {
  auto batch =
      batch_of(static_cast<std::size_t>(state.range(0)), static_cast<Codec>(state.range(1)));
  CompressionContext context;
  std::vector<std::byte> storage;
  const ProduceRules rules;
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    const auto result = validate_produced(batch, rules, now, 13, context, storage);
    if (!result) std::abort();
    bytes += result->uncompressed_size;
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.SetItemsProcessed(state.iterations() * BatchView(batch).records_count());
}
BENCHMARK(validate)->ArgNames({"record", "codec"})->ArgsProduct({{100, 1024}, {0, 1, 2, 3, 4}});

void reencode(benchmark::State& state) {
  auto batch = batch_of(1024, static_cast<Codec>(state.range(0)));
  CompressionContext context;
  std::vector<std::byte> storage;
  ProduceRules rules;
  rules.compression = Compression{static_cast<Codec>(state.range(1)), {}};
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    const auto result = validate_produced(batch, rules, now, 13, context, storage);
    if (!result) std::abort();
    bytes += result->uncompressed_size;
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(reencode)
    ->ArgNames({"from", "to"})
    ->Args({0, 3})
    ->Args({0, 4})
    ->Args({3, 4})
    ->Args({1, 0});

}  // namespace
}  // namespace weir::wire
