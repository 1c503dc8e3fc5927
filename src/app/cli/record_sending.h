#pragma once
// A record out of text, handed to a producer; and what becomes of a producer's records when the
// command is interrupted.

#include <cstdint>
#include <functional>
#include <string_view>

#include "app/cli/session.h"
#include "app/cli/text/record_format.h"
#include "base/task.h"
#include "base/task_scope.h"
#include "client/producer/producer.h"

namespace weir::app {

// Ends when the producer has taken the record: at once, or when there is room and its topic is
// known. What the text says of a topic does not count.
Task<> send_record(client::Producer& producer, std::string_view topic, const RecordText& text,
                   client::OnDelivery done);

// Beside a command that produces: once it is interrupted, what was taken has Session::order_limit
// to be delivered, or until a second Ctrl-C; then the producer is closed, and what is left ends as
// not delivered. So that neither a broker that is silent nor a full buffer holds up the end.
class DeliveryGuard {
 public:
  // `pending`: how many records were taken and have not ended. `tells`: on standard error, what is
  // waited for.
  DeliveryGuard(Session& session, client::Producer& producer,
                std::function<std::uint64_t()> pending, bool tells);
  // The producer was closed, and what ends now was cut off.
  bool has_cut() const { return has_cut_; }
  // Until no record is pending.
  Task<> deliver();
  // Ends the guard and closes the producer, awaited before either goes.
  Task<> close();

 private:
  static Task<> watch(DeliveryGuard& self);

  Session& session_;
  client::Producer& producer_;
  std::function<std::uint64_t()> pending_;
  bool tells_, is_over_ = false, has_cut_ = false;
  TaskScope tasks_;
};

}  // namespace weir::app
