// What a broker may send: the same answers whatever the pieces, and memory for what came only.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/check.h"
#include "rpc/answer_reader.h"
#include "rpc/in_flight.h"
#include "wire/api_key.h"

namespace {

using namespace weir;
using namespace weir::rpc;

struct AnswersRead {
  std::vector<std::vector<std::byte>> answers;
  bool failed = false;
  bool operator==(const AnswersRead&) const = default;
};

AnswersRead answers_in(Bytes stream, std::size_t piece) {
  AnswerReader reader(std::size_t{1} << 20);
  AnswersRead read;
  std::size_t received = 0;
  while (!stream.empty() && !read.failed) {
    const auto room = reader.room();
    CHECK(!room.empty());
    CHECK(room.size() <= (std::size_t{64} << 10) + 32 * received);
    const auto taken = std::min({room.size(), stream.size(), piece});
    std::memcpy(room.data(), stream.data(), taken);
    stream = stream.subspan(taken);
    received += taken;
    reader.received(taken);
    for (;;) {
      auto answer = reader.next();
      read.failed = !answer.has_value();
      if (!answer || !*answer) break;
      read.answers.push_back(std::move(**answer));
    }
  }
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Bytes stream(reinterpret_cast<const std::byte*>(data) + 2, size - 2);
  const AnswersRead whole = answers_in(stream, std::max<std::size_t>(stream.size(), 1));
  CHECK(answers_in(stream, 1 + data[0] % 16) == whole, "pieces do not matter");
  InFlight in_flight;
  const auto apis = wire::all_apis();
  for (const auto& answer : whole.answers) {
    const auto& api = apis[data[1] % apis.size()];
    in_flight.add(
        {.correlation_id = in_flight.next_correlation_id(),
         .api_key = static_cast<std::int16_t>(api.key),
         .version = api.max_version,
         .deadline = {},
         .done = [](Result<Reply> reply) { CHECK(!reply || reply->body <= reply->frame.size()); }});
    if (!in_flight.answered(answer)) break;
  }
  in_flight.fail_all({Errc::io, "closed", 0});
  return 0;
}
