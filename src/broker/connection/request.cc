#include "broker/connection/request.h"

namespace weir::broker {

void Request::clear() {
  session = nullptr;
  client_id = wire::Str::null();
  frame_bytes = 0;
  chunk = {};
  body = {};
  arena.clear();
  output.clear();
  files.clear();
  has_answer = true;
  closes_connection = false;
  waiting = nullptr;
  is_done = false;
}

std::size_t Request::bytes_reserved() const {
  return arena.bytes_reserved() + output.bytes_reserved() + files.capacity() * sizeof(files[0]);
}

}  // namespace weir::broker
