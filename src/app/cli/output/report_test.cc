#include "app/cli/output/report.h"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

Report sample() {
  Report report;
  report.record("", {{"name", "orders"}, {"size", Size{1536}}, {"at", Time{0}}});
  auto& table = report.table("partitions",
                             {{"partition"}, {"leader"}, {"replicas"}, {"path", true}, {"note"}});
  table.add({std::int64_t{0}, std::int64_t{1}, std::vector<std::int64_t>{1, 2}, "/a", "x,\"y\""});
  table.add({std::int64_t{10}, {}, std::vector<std::int64_t>{}, "/b", "é"});
  return report;
}

TEST(Report, text_aligns_columns_and_leaves_wide_ones_out) {
  EXPECT_EQ(print(sample(), Format::text),
            "name  orders\n"
            "size  1.5 KiB\n"
            "at    1970-01-01T00:00:00.000Z\n"
            "\n"
            "PARTITIONS\n"
            "PARTITION  LEADER  REPLICAS  NOTE\n"
            "        0       1  1,2       x,\"y\"\n"
            "       10       -  -         é\n");
  EXPECT_NE(print(sample(), Format::wide).find("PATH"), std::string::npos);
}

TEST(Report, units_are_for_people_and_exact_numbers_for_everybody_else) {
  using namespace std::chrono_literals;
  Report report;
  report.record("", {{"seconds", Lapse{1.25, 1s}}, {"size", Size{1536}}});
  report.sections[0].columns[0].text = "time";
  auto& table = report.table("configs", {{"name"}, {"value"}});
  table.add({"retention.ms", SettingText{"retention.ms", "604800000"}});
  EXPECT_EQ(print(report, Format::text),
            "time  1.25s\nsize  1.5 KiB\n\nCONFIGS\nNAME          VALUE\nretention.ms  7d\n");
  EXPECT_EQ(print(report, Format::wide),
            "seconds  1.250000\nsize     1536\n\nCONFIGS\nNAME          VALUE\n"
            "retention.ms  604800000\n");
  EXPECT_EQ(
      print(report, Format::json),
      R"({"seconds":1.25,"size":1536,"configs":[{"name":"retention.ms","value":"604800000"}]})"
      "\n");
  EXPECT_EQ(print(report, Format::csv), "name,value\nretention.ms,604800000\n");
}

TEST(Report, json_has_raw_numbers_and_sections_by_name) {
  EXPECT_EQ(print(sample(), Format::json),
            R"({"name":"orders","size":1536,"at":0,"partitions":[)"
            R"({"partition":0,"leader":1,"replicas":[1,2],"path":"/a","note":"x,\"y\""},)"
            R"({"partition":10,"leader":null,"replicas":[],"path":"/b","note":"é"}]})"
            "\n");
}

TEST(Report, csv_is_the_first_table) {
  EXPECT_EQ(print(sample(), Format::csv),
            "partition,leader,replicas,path,note\n"
            "0,1,\"1,2\",/a,\"x,\"\"y\"\"\"\n"
            "10,,,/b,é\n");
}

Report topic(std::string name, std::int64_t partitions) {
  Report report;
  report.record("", {{"name", name}});
  report.table("configs", {{"name"}, {"value"}}).add({"retention.ms", "1"});
  Section& table = report.table("partitions", {{.name = "topic", .only_csv = true}, {"partition"}});
  table.in_csv = true;
  for (std::int64_t p = 0; p < partitions; ++p) table.add({name, p});
  return report;
}

TEST(Report, csv_is_the_table_that_is_chosen_with_columns_of_its_own) {
  EXPECT_EQ(print(topic("a", 2), Format::csv), "topic,partition\na,0\na,1\n");
  EXPECT_EQ(print(topic("a", 1), Format::json),
            R"({"name":"a","configs":[{"name":"retention.ms","value":"1"}],)"
            R"("partitions":[{"partition":0}]})"
            "\n");
  EXPECT_NE(print(topic("a", 1), Format::wide).find("\nPARTITION\n"), std::string::npos);
}

TEST(Report, several_are_blocks_of_text_lines_of_json_and_one_table_of_csv) {
  const std::vector<Report> reports{topic("a", 1), topic("b", 0), topic("c", 1)};
  EXPECT_EQ(print(reports, Format::csv), "topic,partition\na,0\nc,0\n");
  EXPECT_EQ(print(reports, Format::json), print(reports[0], Format::json) +
                                              print(reports[1], Format::json) +
                                              print(reports[2], Format::json));
  EXPECT_EQ(print(reports, Format::text), print(reports[0], Format::text) + "\n" +
                                              print(reports[1], Format::text) + "\n" +
                                              print(reports[2], Format::text));
  EXPECT_EQ(print(std::span<const Report>(), Format::csv), "");
}

TEST(Report, a_list_alone_is_a_list) {
  Report report;
  report.table("", {{"name"}}).add({"a"});
  EXPECT_EQ(print(report, Format::json), "[{\"name\":\"a\"}]\n");
  EXPECT_EQ(print(report, Format::text), "NAME\na\n");
  Report empty;
  empty.table("", {{"name"}});
  EXPECT_EQ(print(empty, Format::json), "[]\n");
  EXPECT_EQ(print(empty, Format::text), "");
  EXPECT_EQ(print(empty, Format::csv), "name\n");
}

}  // namespace
}  // namespace weir::app
