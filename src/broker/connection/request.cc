#include "broker/connection/request.h"

namespace weir::broker {

void Request::clear() {
  session = nullptr;
  client_id = wire::Str::null();
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

}  // namespace weir::broker
