#pragma once
// Request: one request on its way through the broker, from the frame it came in to the answer that
// goes out. Pooled: a finished one is used again, with the memory its arena and output have grown
// to.
//
// Owned by its Session (connection/session.h) on the connection's shard. A handler that works on
// other shards lends parts of it there and sleeps meanwhile; nobody else keeps references.

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/env/network.h"
#include "broker/connection/chunk.h"
#include "wire/api_key.h"
#include "wire/codec/arena.h"
#include "wire/codec/codec.h"

namespace weir::broker {

class Session;
class Shard;

// Something that waits on behalf of a request and can be told to end early, because the connection
// or the node is closing. cancel() may be called once, from the loop.
class Cancellable {
 public:
  virtual void cancel() = 0;

 protected:
  ~Cancellable() = default;
};

struct Request {
  Shard* shard = nullptr;  // the connection's
  Session* session = nullptr;

  // Header.
  wire::ApiKey api = wire::ApiKey::api_versions;
  std::int16_t version = 0;
  std::int32_t correlation_id = 0;
  wire::Str client_id = wire::Str::null();

  std::size_t frame_bytes = 0;  // of the whole request
  ChunkRef chunk;               // keeps `body` and what was decoded from it
  MutableBytes body;            // after the header
  wire::Arena arena;            // of the decoded request and of its response

  // Answer: the response header and body, with gaps that `files` fill in order.
  wire::Output output;
  std::vector<env::FileRange> files;
  bool has_answer = true;          // false: Produce with acks=0
  bool closes_connection = false;  // nothing is answered; the connection ends

  Cancellable* waiting = nullptr;  // set while a long poll waits
  bool is_done = false;

  void clear();
  std::size_t bytes_reserved() const;  // what it holds from the system, the chunk apart
};

}  // namespace weir::broker
