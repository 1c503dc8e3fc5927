#pragma once
// CheckedRanges: what is known of the bytes of one segment's file that this process did not write:
// ranges of batches that were found whole, and batches that were found damaged. Positions are those
// of the file; a range begins and ends between batches.
//
// Bounded: of more than `ranges_max` ranges, or damaged batches, the lowest is forgotten, and
// looked at again.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"

namespace weir::log {

// The first batch behind a damaged one.
struct Resumption {
  std::uint64_t position = 0;
  Offset offset = no_offset;
};

class CheckedRanges {
 public:
  static constexpr std::size_t ranges_max = 1024;

  void add_whole(std::uint64_t begin, std::uint64_t end);
  // Where the whole range that holds `position` ends; `position` itself when there is none.
  std::uint64_t whole_until(std::uint64_t position) const;

  void add_damaged(std::uint64_t position, std::string what);
  bool is_damaged(std::uint64_t position) const { return damaged_.contains(position); }
  // The first one at `position` or behind it.
  std::optional<std::uint64_t> damaged_from(std::uint64_t position) const;
  // Where batches go on behind the damaged one at `position`: nothing when that was searched in
  // vain. What is in between is lost.
  void add_resumption(std::uint64_t position, std::optional<Resumption> resumption);
  bool was_searched(std::uint64_t position) const;
  const Resumption* resumption(std::uint64_t position) const;  // null: not known
  // What is wrong with the batch there: the first time only, then empty.
  std::string take_news(std::uint64_t position);

  // What stays true of a file that is cut at `position`.
  CheckedRanges below(std::uint64_t position) const;

 private:
  struct Range {
    std::uint64_t begin, end;
  };
  struct Damaged {
    std::string news;
    bool was_searched = false;
    std::optional<Resumption> resumption;
  };
  std::vector<Range> whole_;  // ascending; they neither touch nor overlap
  std::map<std::uint64_t, Damaged> damaged_;
};

}  // namespace weir::log
