#include "socket/frame_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace weir::bench {
namespace {

std::string framed(const std::string& text) {
  std::byte size[4];
  store_be(size, static_cast<std::int32_t>(text.size()));
  return std::string(as_text(size)) + text;
}

void put(FrameReader& reader, std::string_view bytes) {
  const MutableBytes room = reader.room();
  ASSERT_GE(room.size(), bytes.size());
  std::ranges::copy(as_bytes(bytes), room.begin());
  reader.filled(bytes.size());
}

std::string taken(FrameReader& reader) {
  const auto frame = reader.next();
  if (!frame) return "error";
  return *frame ? std::string(as_text(**frame)) : "nothing";
}

TEST(FrameReader, gives_all_frames_of_one_read) {
  FrameReader reader;
  put(reader, framed("one") + framed("") + framed("three"));
  EXPECT_EQ(taken(reader), "one");
  EXPECT_EQ(taken(reader), "");
  EXPECT_EQ(taken(reader), "three");
  EXPECT_EQ(taken(reader), "nothing");
}

TEST(FrameReader, joins_a_frame_cut_anywhere) {
  const std::string bytes = framed("first") + framed("second");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    FrameReader reader;
    std::string all;
    for (const auto& part : {bytes.substr(0, cut), bytes.substr(cut)}) {
      put(reader, part);
      for (std::string frame = taken(reader); frame != "nothing"; frame = taken(reader)) {
        all += frame + ",";
      }
    }
    EXPECT_EQ(all, "first,second,") << cut;
  }
}

TEST(FrameReader, has_room_for_the_rest_of_a_large_frame) {
  FrameReader reader;
  const std::string bytes = framed(std::string(3 << 20, 'x'));
  put(reader, bytes.substr(0, 100));
  EXPECT_EQ(taken(reader), "nothing");
  put(reader, bytes.substr(100));
  EXPECT_EQ(taken(reader).size(), std::size_t{3} << 20);
}

TEST(FrameReader, refuses_what_is_no_size) {
  for (const std::int32_t size : {-1, FrameReader::largest_frame + 1}) {
    FrameReader reader;
    std::byte bytes[4];
    store_be(bytes, size);
    put(reader, as_text(bytes));
    EXPECT_EQ(taken(reader), "error") << size;
  }
}

}  // namespace
}  // namespace weir::bench
