#include "sim/node/raw_client.h"

#include <utility>

#include "wire/message/request_header.h"
#include "wire/message/response_header.h"

namespace weir::sim {
namespace {

constexpr std::size_t read_size = 64 * 1024;
constexpr std::size_t size_bytes = 4;

}  // namespace

Task<Result<>> RawClient::connect() {
  connection_.reset();
  output_.clear();
  input_.clear();
  unanswered_.clear();
  auto connecting = env_.network.connect(broker_);
  CO_TRY_ASSIGN(connection_, co_await std::move(connecting));
  co_return Result<>{};
}

std::size_t RawClient::begin_frame(std::int16_t api_key, std::int16_t version) {
  const std::size_t start = output_.bytes().size();
  output_.grow(size_bytes);
  wire::RequestHeader header;
  header.request_api_key = api_key;
  header.request_api_version = version;
  header.correlation_id = ++last_correlation_id_;
  header.client_id = "raw-client";
  const wire::ApiInfo* api = wire::find_api(api_key);
  const std::int16_t header_version = api ? wire::request_header_version(*api, version) : 1;
  CHECK(wire::encode(header, header_version, output_));
  return start;
}

void RawClient::end_frame(std::size_t start) {
  const std::size_t size = output_.bytes().size() - start - size_bytes;
  store_be(output_.mutable_bytes().data() + start, static_cast<std::int32_t>(size));
  unanswered_.push_back(last_correlation_id_);
}

void RawClient::add_body(std::int16_t api_key, std::int16_t version, Bytes body) {
  const std::size_t start = begin_frame(api_key, version);
  output_.append(body);
  end_frame(start);
}

Task<Result<>> RawClient::flush() {
  if (!connection_) co_return fail(Errc::closed, "not connected");
  const std::vector<std::byte> bytes = output_.take();
  output_.clear();
  const env::Piece piece{Bytes(bytes)};
  auto writing = connection_->write({&piece, 1});
  co_return co_await std::move(writing);
}

Task<Result<>> RawClient::fill(std::size_t size) {
  if (!connection_) co_return fail(Errc::closed, "not connected");
  while (input_.size() < size) {
    auto waiting = connection_->readable();
    CO_TRY(co_await std::move(waiting));
    const std::size_t have = input_.size();
    input_.resize(have + read_size);
    const auto got = connection_->read_now(MutableBytes(input_).subspan(have));
    input_.resize(have + (got ? got->bytes : 0));
    CO_TRY(got);
    if (got->end) co_return fail(Errc::closed, "the broker closed the connection");
  }
  co_return Result<>{};
}

Task<Result<std::vector<std::byte>>> RawClient::next_frame() {
  auto size_filling = fill(size_bytes);
  CO_TRY(co_await std::move(size_filling));
  const auto announced = load_be<std::int32_t>(input_.data());
  if (announced < 0) co_return fail(Errc::corrupt, "an answer of negative size");
  const std::size_t end = size_bytes + static_cast<std::size_t>(announced);
  auto filling = fill(end);
  CO_TRY(co_await std::move(filling));
  const auto from = input_.begin() + size_bytes;
  const auto to = input_.begin() + static_cast<std::ptrdiff_t>(end);
  std::vector<std::byte> frame(from, to);
  input_.erase(input_.begin(), to);
  co_return frame;
}

// Where the body begins.
Result<std::size_t> RawClient::read_header(Bytes frame, std::int16_t api_key,
                                           std::int16_t version) {
  if (unanswered_.empty()) return fail(Errc::corrupt, "an answer that nobody asked for");
  const std::int32_t expected = unanswered_.front();
  unanswered_.pop_front();
  wire::ResponseHeader header;
  wire::Arena arena;
  const wire::ApiInfo& api = *wire::find_api(api_key);
  TRY_ASSIGN(const auto used,
             wire::decode(header, frame, wire::response_header_version(api, version), arena));
  if (header.correlation_id != expected) {
    return fail(Errc::corrupt, "an answer to another request",
                static_cast<std::uint64_t>(header.correlation_id));
  }
  return used;
}

}  // namespace weir::sim
