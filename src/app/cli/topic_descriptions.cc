#include "app/cli/topic_descriptions.h"

#include <algorithm>

#include "base/offload.h"

namespace weir::app {
namespace {

constexpr std::chrono::milliseconds learns_within{1'000}, asked_again_after{100};

bool has_unknown(const DescribedTopics& topics) {
  return std::ranges::any_of(topics, [](const auto& item) {
    return !item.second &&
           item.second.error().answer == wire::ErrorCode::unknown_topic_or_partition;
  });
}

}  // namespace

Task<DescribedTopics> describe_patiently(Session& session, std::vector<std::string> names,
                                         env::Instant deadline) {
  const env::Instant last = std::min(deadline, session.env.clock.now() + learns_within);
  while (true) {
    auto describing = session.admin.describe_topics(names, deadline);
    DescribedTopics topics = co_await std::move(describing);
    const bool is_over = session.interrupted() || session.env.clock.now() >= last;
    if (is_over || !has_unknown(topics)) co_return topics;
    auto sleeping = sleep_for(session.env, asked_again_after);
    co_await std::move(sleeping);
  }
}

}  // namespace weir::app
