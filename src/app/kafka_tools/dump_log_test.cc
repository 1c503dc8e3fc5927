#include "app/kafka_tools/dump_log.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "app/cli/log_files/log_files_test_support.h"
#include "app/kafka_tools/java_string.h"

namespace weir::app::kafka {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

Outcome run(env::Disk& disk, const std::vector<std::string>& words) {
  struct Memory {
    char* data = nullptr;
    std::size_t size = 0;
    std::FILE* file = ::open_memstream(&data, &size);
    std::string take() {
      std::fclose(file);
      std::string text(data, size);
      std::free(data);
      return text;
    }
  };
  Memory out, err;
  Outcome ran;
  ran.code = dump_log(disk, words, out.file, err.file);
  ran.out = out.take();
  ran.err = err.take();
  return ran;
}

TEST(KafkaDumpLog, prints_batches_and_records_as_the_tool_does) {
  LogFilesFixture fixture;
  const std::string path = fixture.path("txn-0/00000000000000000019.log");
  const Outcome ran = run(fixture.disk, {"--print-data-log", "--files", path});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(
      ran.out,
      StartsWith(fmt::format(
          "Dumping {}\nLog starting offset: 19\n"
          "baseOffset: 19 lastOffset: 19 count: 1 baseSequence: -1 lastSequence: -1 producerId: 6 "
          "producerEpoch: 5 partitionLeaderEpoch: 0 isTransactional: true isControl: true "
          "deleteHorizonMs: OptionalLong.empty position: 0 CreateTime: 1795218915586 size: 78 "
          "magic: 2 compresscodec: none crc: 3443227418 isvalid: true\n"
          "| offset: 19 CreateTime: 1795218915586 keySize: 4 valueSize: 6 sequence: -1 headerKeys: "
          "[] endTxnMarker: ABORT coordinatorEpoch: 0\n",
          path)));
  EXPECT_THAT(ran.out, HasSubstr("sequence: 0 headerKeys: [] key: k0 payload: round5-0\n"));
  EXPECT_EQ(ran.err, fmt::format("Non-consecutive offsets in {}\n  -1 is followed by 19\n", path));
}

TEST(KafkaDumpLog, options_that_are_not_served_are_refused_by_name) {
  LogFilesFixture fixture;
  const std::string path = fixture.path("txn-0/00000000000000000019.log");
  for (const auto& [words, problem] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--remote-log-metadata-decoder"}, "--remote-log-metadata-decoder is not supported\n"},
           {{"--value-decoder-class", "com.acme.Decoder"},
            "--value-decoder-class com.acme.Decoder is not supported: there is no JVM here to load "
            "a class\n"},
           {{"--key-decoder-class=x"},
            "--key-decoder-class x is not supported: there is no JVM here to load a class\n"},
           {{"--deep"}, "deep is not a recognized option\n"},
           {{"--max-bytes", "1k"}, "Cannot parse argument '1k' of option max-bytes\n"},
           {{"--max-bytes", "-1"}, "a size is not below 0\n"},
           {{"--files", "b"},
            "Found multiple arguments for option files, but you asked for only one\n"},
           {{"--max-bytes"}, "Option max-bytes requires an argument\n"}}) {
    std::vector<std::string> all{"--files", path};
    all.insert(all.end(), words.begin(), words.end());
    const Outcome ran = run(fixture.disk, all);
    EXPECT_EQ(ran.code, 1) << problem;
    EXPECT_EQ(ran.err, problem);
    EXPECT_EQ(ran.out, "");
  }
  EXPECT_THAT(run(fixture.disk, {"--deep-iteration"}).err,
              StartsWith("Missing required argument \"[files]\"\n"));
  EXPECT_EQ(run(fixture.disk, {"--help"}).code, 1);
  EXPECT_EQ(run(fixture.disk, {}).code, 1);
}

TEST(KafkaDumpLog, indexes_are_compared_with_the_log) {
  LogFilesFixture fixture;
  const std::string index = fixture.path("plain-0/00000000000000000019.index");
  EXPECT_THAT(run(fixture.disk, {"--files", index, "--index-sanity-check"}).out,
              EndsWith(".index passed sanity check.\n"));
  fixture.change("plain-0/00000000000000000019.index", 3, "\1");
  const Outcome ran = run(fixture.disk, {"--files", index, "--verify-index-only"});
  EXPECT_EQ(ran.out, fmt::format("Dumping {}\n", index));
  EXPECT_EQ(ran.err, fmt::format("Mismatches in :{}\n  Index offset: 20, log offset: 21\n", index));
  const std::string times = fixture.path("plain-0/00000000000000000019.timeindex");
  fixture.change("plain-0/00000000000000000019.timeindex", 7, "\1");
  EXPECT_THAT(
      run(fixture.disk, {"--files", times}).err,
      HasSubstr(fmt::format("Found timestamp mismatch in :{}\n  Index timestamp: ", times)));
}

TEST(KafkaDumpLog, a_missing_file_is_named_and_an_unknown_one_passed_over) {
  LogFilesFixture fixture;
  const std::string missing = fixture.path("plain-0/00000000000000000777.log");
  const Outcome ran = run(fixture.disk, {"--files", missing});
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.err, missing + "\n");
  const Outcome unknown = run(fixture.disk, {"--files", fixture.path("meta.properties")});
  EXPECT_EQ(unknown.code, 0);
  EXPECT_THAT(unknown.err, StartsWith("Ignoring unknown file "));
  EXPECT_THAT(run(fixture.disk, {"--files", fixture.path("txn-0/leader-epoch-checkpoint")}).err,
              EndsWith(" has no suffix\n"));
}

TEST(KafkaDumpLog, text_is_that_of_java) {
  EXPECT_EQ(java_string(as_bytes("a\xc3\xbc\xf0\x9f\x98\x80")), "a\xc3\xbc\xf0\x9f\x98\x80");
  const std::string bad = "\xef\xbf\xbd";
  EXPECT_EQ(java_string(as_bytes("\xff\xfe")), bad + bad);
  EXPECT_EQ(java_string(as_bytes("\xe2\x82")), bad);
  EXPECT_EQ(java_string(as_bytes("\xf0\x9f\x98"
                                 "A")),
            bad + "A");
  EXPECT_EQ(java_string(as_bytes("\xed\xa0\x80")), bad);
  EXPECT_EQ(java_string(as_bytes("\xc0\xaf")), bad + bad);
  EXPECT_EQ(java_optional(-1), "OptionalLong.empty");
  EXPECT_EQ(java_optional(7), "OptionalLong[7]");
}

TEST(KafkaDumpLog, mutated_files_end_with_an_exit_code) {
  LogFilesFixture fixture;
  add_internal_topics(fixture);
  std::minstd_rand random(4);
  const auto below = [&](std::size_t bound) { return random() % bound; };
  const std::vector<std::string> options[] = {{"--print-data-log"},
                                              {"--offsets-decoder"},
                                              {"--cluster-metadata-decoder"},
                                              {"--transaction-log-decoder"},
                                              {"--share-group-state-decoder"},
                                              {"--index-sanity-check"}};
  int failed = 0;
  for (int round = 0; round < 6; ++round) {
    for (const std::string& name : fixture.files()) {
      const std::string good = fixture.read(name);
      if (good.empty()) continue;
      std::string bad = good;
      if (below(4) == 0) bad.resize(below(bad.size()));
      for (std::size_t i = below(4); i > 0 && !bad.empty(); --i) {
        bad[below(bad.size())] = static_cast<char>(below(256));
      }
      fixture.write(name, bad);
      std::vector<std::string> words = options[below(std::size(options))];
      words.insert(words.end(), {"--files", fixture.path(name)});
      const Outcome ran = run(fixture.disk, words);
      EXPECT_TRUE(ran.code == 0 || (ran.code == 1 && !ran.err.empty())) << name;
      failed += ran.code;
      fixture.write(name, good);
    }
  }
  EXPECT_GT(failed, 20);
}

}  // namespace
}  // namespace weir::app::kafka
