#include "app/cli/record_input.h"

#include <gtest/gtest.h>

#include <vector>

namespace weir::app {
namespace {

struct Read {
  std::vector<std::string> values;
  std::string error;
};

Read read(const InputForm& form, std::string_view text, std::size_t piece) {
  RecordInput input(form, "in.txt");
  Read read;
  const auto drain = [&] {
    while (read.error.empty()) {
      const auto record = input.next();
      if (!record) {
        read.error = record.error().what;
      } else if (!*record) {
        break;
      } else {
        read.values.push_back((*record)->value.value_or("(null)"));
      }
    }
  };
  for (; !text.empty() && read.error.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    input.add(text.substr(0, piece));
    drain();
  }
  input.end();
  drain();
  return read;
}

TEST(RecordInput, pieces_of_any_size_give_the_same_records) {
  const InputForm lines = *RecordFormat::parse("%v");
  for (const std::size_t piece : {1, 2, 3, 7, 1000}) {
    EXPECT_EQ(read(lines, "one\ntwo\n\nfour", piece).values,
              (std::vector<std::string>{"one", "two", "", "four"}));
    EXPECT_EQ(read(JsonLines{}, "{\"payload\":\"a\"}\n\n{\"key\":\"k\"}\n{\"payload\":\"\"}", piece)
                  .values,
              (std::vector<std::string>{"a", "(null)", ""}));
    EXPECT_EQ(read(WholeInput{}, "one\ntwo\n", piece).values,
              (std::vector<std::string>{"one\ntwo\n"}));
  }
  EXPECT_EQ(read(WholeInput{}, "", 1).values, (std::vector<std::string>{""}));
  EXPECT_TRUE(read(lines, "", 1).values.empty());
}

// What is in front of a record, as blank lines, is of the record: all add up to the input.
TEST(RecordInput, knows_of_how_many_bytes_a_record_was_made) {
  const InputForm json = JsonLines{};
  RecordInput input(json, "in.txt");
  input.add("{\"payload\":\"a\"}\n\n{}\n");
  input.end();
  std::vector<std::size_t> sizes;
  for (auto record = input.next(); record && *record; record = input.next()) {
    sizes.push_back(input.size());
  }
  EXPECT_EQ(sizes, (std::vector<std::size_t>{16, 4}));
}

TEST(RecordInput, a_mistake_is_named_by_its_line) {
  for (const std::size_t piece : {1, 5, 1000}) {
    const Read json = read(JsonLines{}, "{\"payload\":\"a\"}\n\n{\"payload\":\n{}\n", piece);
    EXPECT_EQ(json.values.size(), 1u);
    EXPECT_EQ(json.error, "in.txt:3: not JSON") << piece;
    const InputForm keyed = *RecordFormat::parse("%p %v");
    const Read text = read(keyed, "1 a\n2 b\nx c\n", piece);
    EXPECT_EQ(text.values.size(), 2u);
    EXPECT_EQ(text.error, "in.txt:3: 'x' is no partition") << piece;
  }
}

}  // namespace
}  // namespace weir::app
