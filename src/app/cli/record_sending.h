#pragma once
// A record out of text, handed to a producer.

#include <functional>
#include <string_view>

#include "app/cli/session.h"
#include "app/cli/text/record_format.h"
#include "base/task.h"
#include "client/producer/producer.h"

namespace weir::app {

// Ends when the producer has taken the record: at once, or when there is room and its topic is
// known. What the text says of a topic does not count.
Task<> send_record(client::Producer& producer, std::string_view topic, const RecordText& text,
                   client::OnDelivery done);

// Sends what the producer has, until `is_done` or Ctrl-C. It is done at the latest when every
// outcome was told.
Task<> deliver_until(Session& session, client::Producer& producer, std::function<bool()> is_done);

}  // namespace weir::app
