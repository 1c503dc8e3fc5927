#include "metadata/image/persistent_map.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "base/random.h"
#include "base/sanitizer.h"

namespace weir::metadata {
namespace {

using Tree = PersistentMap<int, int>;
using Model = std::map<int, int>;

void expect_equal(const Tree& tree, const Model& model) {
  ASSERT_EQ(tree.size(), model.size());
  auto it = tree.begin();
  for (const auto& [key, value] : model) {
    ASSERT_NE(it, tree.end());
    EXPECT_EQ(it->first, key);
    EXPECT_EQ(it->second, value);
    ++it;
  }
  EXPECT_EQ(it, tree.end());
}

TEST(PersistentMap, agrees_with_std_map_through_random_changes_and_keeps_old_versions) {
  SeededRandom random(7);
  Tree tree;
  Model model;
  std::vector<std::pair<Tree, Model>> history;
  for (int step = 0; step < 4000; ++step) {
    const int key = static_cast<int>(random.below(300));
    if (random.one_in(3)) {
      tree.erase(key);
      model.erase(key);
    } else {
      tree.set(key, step);
      model[key] = step;
    }
    if (step % 500 == 0) history.emplace_back(tree, model);
    const auto* found = tree.find(key);
    ASSERT_EQ(found != nullptr, model.contains(key));
    const int probe = static_cast<int>(random.below(320));
    const auto bound = tree.lower_bound(probe);
    const auto model_bound = model.lower_bound(probe);
    ASSERT_EQ(bound == tree.end(), model_bound == model.end());
    if (model_bound != model.end()) ASSERT_EQ(bound->first, model_bound->first);
  }
  expect_equal(tree, model);
  for (const auto& [old_tree, old_model] : history) expect_equal(old_tree, old_model);
}

TEST(PersistentMap, ascending_keys_keep_the_tree_shallow) {
  constexpr int count = 100'000 / int{test_stride};
  Tree tree;
  for (int i = 0; i < count; ++i) tree.set(i, i);
  for (int i = 0; i < count; i += 2) tree.erase(i);
  EXPECT_EQ(tree.size(), std::size_t{count} / 2);
  EXPECT_EQ(tree.lower_bound(count - 2)->first, count - 1);
}

TEST(PersistentMap, diff_reports_exactly_the_changed_keys_in_order) {
  SeededRandom random(11);
  for (int round = 0; round < 200; ++round) {
    Tree before;
    Model model_before;
    for (int i = 0; i < 200; ++i) {
      const int key = static_cast<int>(random.below(400));
      before.set(key, i);
      model_before[key] = i;
    }
    Tree after = before;
    Model model_after = model_before;
    for (std::uint64_t i = random.below(12); i > 0; --i) {
      const int key = static_cast<int>(random.below(400));
      if (random.one_in(2)) {
        after.erase(key);
        model_after.erase(key);
      } else {
        after.set(key, -1);
        model_after[key] = -1;
      }
    }
    std::map<int, std::pair<std::optional<int>, std::optional<int>>> expected;
    for (int key = 0; key < 400; ++key) {
      std::optional<int> b, a;
      if (model_before.contains(key)) b = model_before[key];
      if (model_after.contains(key)) a = model_after[key];
      if (a != b) expected[key] = {b, a};
    }
    int last = -1;
    std::size_t seen = 0;
    Tree::diff(before, after, [&](int key, const int* b, const int* a) {
      EXPECT_GT(key, last);
      last = key;
      if (b && a && *b == *a) return;  // set again to the same value
      ++seen;
      ASSERT_TRUE(expected.contains(key));
      EXPECT_EQ(b ? std::optional(*b) : std::nullopt, expected[key].first);
      EXPECT_EQ(a ? std::optional(*a) : std::nullopt, expected[key].second);
    });
    EXPECT_EQ(seen, expected.size());
  }
}

TEST(PersistentMap, diff_after_one_change_visits_few_nodes) {
  struct Counted {
    static int& comparisons() {
      static int count = 0;
      return count;
    }
    bool operator()(int a, int b) const {
      ++comparisons();
      return a < b;
    }
  };
  PersistentMap<int, int, Counted> before;
  for (int i = 0; i < 100000; ++i) before.set(i, i);
  auto after = before.with(54321, 0);
  Counted::comparisons() = 0;
  int changes = 0;
  decltype(before)::diff(before, after, [&](int key, const int* b, const int* a) {
    if (*b == *a) return;  // copied because it lies on the path
    EXPECT_EQ(key, 54321);
    ++changes;
  });
  EXPECT_EQ(changes, 1);
  EXPECT_LT(Counted::comparisons(), 200);
}

}  // namespace
}  // namespace weir::metadata
