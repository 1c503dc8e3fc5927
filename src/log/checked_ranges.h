#pragma once
// CheckedRanges: what is known of the bytes of one segment's file that this process did not write:
// ranges of batches that were found whole, and batches that were found damaged. Positions are those
// of the file; a range begins and ends between batches.
//
// Bounded: of more than `ranges_max` ranges, or damaged batches, the lowest is forgotten, and
// looked at again.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace weir::log {

class CheckedRanges {
 public:
  static constexpr std::size_t ranges_max = 1024;

  void add_whole(std::uint64_t begin, std::uint64_t end);
  // Where the whole range that holds `position` ends; `position` itself when there is none.
  std::uint64_t whole_until(std::uint64_t position) const;

  void add_damaged(std::uint64_t position, std::string what);
  bool is_damaged(std::uint64_t position) const { return damaged_.contains(position); }
  // What is wrong with the batch there: the first time only, then empty.
  std::string take_news(std::uint64_t position);

 private:
  struct Range {
    std::uint64_t begin, end;
  };
  std::vector<Range> whole_;  // ascending; they neither touch nor overlap
  std::map<std::uint64_t, std::string> damaged_;
};

}  // namespace weir::log
