#include "app/kcat/message_splitter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace weir::app::kcat {
namespace {

// In pieces of `size` bytes.
std::vector<std::string> messages_of(std::string_view input, std::string delimiter,
                                     std::size_t size) {
  MessageSplitter splitter(std::move(delimiter), 1'000'000);
  std::vector<std::string> messages;
  const auto take_all = [&] {
    while (const auto message = splitter.next()) messages.emplace_back(*message);
  };
  while (!input.empty()) {
    splitter.add(input.substr(0, size));
    input.remove_prefix(std::min(size, input.size()));
    take_all();
  }
  splitter.end();
  take_all();
  return messages;
}

TEST(KcatSplitter, empty_messages_are_passed_over_whatever_the_pieces) {
  for (const std::size_t size : {1, 2, 3, 5, 100}) {
    EXPECT_EQ(messages_of("a\n\nbc\nd", "\n", size), (std::vector<std::string>{"a", "bc", "d"}));
    EXPECT_EQ(messages_of("a-b--c-----d-", "--", size),
              (std::vector<std::string>{"a-b", "c", "-d-"}));
    EXPECT_EQ(messages_of("", "\n", size), std::vector<std::string>{});
  }
}

TEST(KcatSplitter, a_message_beyond_the_limit_ends_it) {
  MessageSplitter splitter("\n", 5000);
  splitter.add("short\n" + std::string(6000, 'x'));
  EXPECT_EQ(splitter.next(), "short");
  EXPECT_FALSE(splitter.next());
  EXPECT_TRUE(splitter.is_too_long());
  EXPECT_EQ(splitter.size_max(), 5001U);
}

TEST(KcatSplitter, a_key_ends_at_the_first_delimiter) {
  const KeyAndValue split = split_key("k:v:w", ":", false);
  EXPECT_EQ(split.key, "k");
  EXPECT_EQ(split.value, "v:w");
  EXPECT_EQ(split_key("whole", ":", true).key, std::nullopt);
  EXPECT_EQ(split_key("whole", ":", true).value, "whole");
}

TEST(KcatSplitter, empty_keys_and_values_are_null_only_when_asked) {
  EXPECT_EQ(split_key(":", ":", false).key, "");
  EXPECT_EQ(split_key(":", ":", false).value, "");
  EXPECT_EQ(split_key(":", ":", true).key, std::nullopt);
  EXPECT_EQ(split_key(":", ":", true).value, std::nullopt);
}

}  // namespace
}  // namespace weir::app::kcat
