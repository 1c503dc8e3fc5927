#pragma once
// PersistentMap<K, V>: an ordered map that never changes. with() and without() give a new map that
// shares all but O(log n) nodes with the old one, so an image of the cluster costs what changed,
// old images stay readable on every shard, and two maps of one history are compared in time
// proportional to their difference.
//
// A weight-balanced tree (Adams 1992, with Hirai and Yamamoto's parameters 3 and 2), copied along
// the path of a change. Nodes are shared by atomic counters: maps may be copied and dropped on any
// shard. Iteration is in key order. V should be cheap to copy (a shared_ptr to what is large).

#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace weir::metadata {

template <class K, class V, class Less = std::less<>>
class PersistentMap {
  struct Node;
  using Link = std::shared_ptr<const Node>;
  struct Node {
    std::pair<const K, V> entry;
    Link left;
    Link right;
    std::size_t size;
    Node(K k, V v, Link l, Link r)
        : entry(std::move(k), std::move(v)),
          left(std::move(l)),
          right(std::move(r)),
          size(1 + size_of(left) + size_of(right)) {}
  };

 public:
  using value_type = std::pair<const K, V>;

  // Valid as long as a map that holds the node lives.
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = std::pair<const K, V>;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = const value_type&;

    Iterator() = default;
    reference operator*() const { return path_.back()->entry; }
    pointer operator->() const { return &path_.back()->entry; }
    Iterator& operator++() {
      const Node* node = path_.back();
      path_.pop_back();
      descend(node->right.get());
      return *this;
    }
    Iterator operator++(int) {
      Iterator old = *this;
      ++*this;
      return old;
    }
    bool operator==(const Iterator& other) const {
      if (path_.empty() || other.path_.empty()) return path_.empty() == other.path_.empty();
      return path_.back() == other.path_.back();
    }

   private:
    friend class PersistentMap;
    void descend(const Node* node) {
      for (; node != nullptr; node = node->left.get()) path_.push_back(node);
    }
    std::vector<const Node*> path_;  // nodes still to visit, the next one last
  };

  std::size_t size() const { return size_of(root_); }
  bool empty() const { return root_ == nullptr; }
  Iterator begin() const {
    Iterator it;
    it.descend(root_.get());
    return it;
  }
  Iterator end() const { return {}; }

  // Null when it is not there; else valid as long as a map that holds it lives.
  template <class Q>
  const V* find(const Q& key) const {
    const Node* node = root_.get();
    while (node != nullptr) {
      if (Less{}(key, node->entry.first)) {
        node = node->left.get();
      } else if (Less{}(node->entry.first, key)) {
        node = node->right.get();
      } else {
        return &node->entry.second;
      }
    }
    return nullptr;
  }
  template <class Q>
  bool contains(const Q& key) const {
    return find(key) != nullptr;
  }
  // The first entry whose key is not below `key`.
  template <class Q>
  Iterator lower_bound(const Q& key) const {
    Iterator it;
    for (const Node* node = root_.get(); node != nullptr;) {
      if (Less{}(node->entry.first, key)) {
        node = node->right.get();
      } else {
        it.path_.push_back(node);
        node = node->left.get();
      }
    }
    return it;
  }

  [[nodiscard]] PersistentMap with(K key, V value) const {
    return PersistentMap(insert(root_, std::move(key), std::move(value)));
  }
  [[nodiscard]] PersistentMap without(const K& key) const {
    return contains(key) ? PersistentMap(erase(root_, key)) : *this;
  }
  void set(K key, V value) { root_ = insert(root_, std::move(key), std::move(value)); }
  void erase(const K& key) { *this = without(key); }

  bool same_as(const PersistentMap& other) const { return root_ == other.root_; }

  // Calls on_change(key, const V* before, const V* after) in key order for every key that one of
  // the maps lacks or whose node differs; what the two share is skipped. Values may still be equal:
  // the caller compares.
  template <class OnChange>
  static void diff(const PersistentMap& before, const PersistentMap& after, OnChange&& on_change) {
    Cursor a(before.root_.get()), b(after.root_.get());
    for (;;) {
      if (!a.done() && !b.done() && a.is_tree() && b.is_tree() && a.node() == b.node()) {
        a.pop();
        b.pop();
      } else if (!a.done() && a.is_tree() && (b.done() || !b.is_tree() || a.size() >= b.size())) {
        a.expand();
      } else if (!b.done() && b.is_tree()) {
        b.expand();
      } else if (a.done() && b.done()) {
        return;
      } else {
        step(a, b, on_change);
      }
    }
  }

 private:
  PersistentMap(Link root) : root_(std::move(root)) {}

 public:
  PersistentMap() = default;

 private:
  // What is still to be visited of one map, in order: whole trees, and single nodes without their
  // children.
  class Cursor {
   public:
    explicit Cursor(const Node* root) {
      if (root != nullptr) items_.push_back({root, true});
    }
    bool done() const { return items_.empty(); }
    bool is_tree() const { return items_.back().second; }
    const Node* node() const { return items_.back().first; }
    std::size_t size() const { return node()->size; }
    void pop() { items_.pop_back(); }
    void expand() {
      const Node* tree = node();
      items_.pop_back();
      if (tree->right) items_.push_back({tree->right.get(), true});
      items_.push_back({tree, false});
      if (tree->left) items_.push_back({tree->left.get(), true});
    }

   private:
    std::vector<std::pair<const Node*, bool>> items_;
  };

  // Both cursors are at single nodes or done, not both done.
  template <class OnChange>
  static void step(Cursor& a, Cursor& b, OnChange& on_change) {
    if (b.done() || (!a.done() && Less{}(a.node()->entry.first, b.node()->entry.first))) {
      on_change(a.node()->entry.first, &a.node()->entry.second, static_cast<const V*>(nullptr));
      a.pop();
    } else if (a.done() || Less{}(b.node()->entry.first, a.node()->entry.first)) {
      on_change(b.node()->entry.first, static_cast<const V*>(nullptr), &b.node()->entry.second);
      b.pop();
    } else {
      if (a.node() != b.node()) {
        on_change(b.node()->entry.first, &a.node()->entry.second, &b.node()->entry.second);
      }
      a.pop();
      b.pop();
    }
  }

  static std::size_t size_of(const Link& tree) { return tree ? tree->size : 0; }
  static std::size_t weight(const Link& tree) { return size_of(tree) + 1; }

  static Link make(const std::pair<const K, V>& entry, Link left, Link right) {
    return std::make_shared<const Node>(entry.first, entry.second, std::move(left),
                                        std::move(right));
  }

  // Restores the balance of a tree one of whose sides changed by one node.
  static Link balanced(const std::pair<const K, V>& entry, Link left, Link right) {
    constexpr std::size_t delta = 3, gamma = 2;
    if (weight(right) > delta * weight(left)) {
      if (weight(right->left) < gamma * weight(right->right)) {
        return make(right->entry, make(entry, std::move(left), right->left), right->right);
      }
      const Link& middle = right->left;
      return make(middle->entry, make(entry, std::move(left), middle->left),
                  make(right->entry, middle->right, right->right));
    }
    if (weight(left) > delta * weight(right)) {
      if (weight(left->right) < gamma * weight(left->left)) {
        return make(left->entry, left->left, make(entry, left->right, std::move(right)));
      }
      const Link& middle = left->right;
      return make(middle->entry, make(left->entry, left->left, middle->left),
                  make(entry, middle->right, std::move(right)));
    }
    return make(entry, std::move(left), std::move(right));
  }

  static Link insert(const Link& tree, K key, V value) {
    if (!tree)
      return std::make_shared<const Node>(std::move(key), std::move(value), nullptr, nullptr);
    if (Less{}(key, tree->entry.first)) {
      return balanced(tree->entry, insert(tree->left, std::move(key), std::move(value)),
                      tree->right);
    }
    if (Less{}(tree->entry.first, key)) {
      return balanced(tree->entry, tree->left,
                      insert(tree->right, std::move(key), std::move(value)));
    }
    return std::make_shared<const Node>(std::move(key), std::move(value), tree->left, tree->right);
  }

  static Link erase(const Link& tree, const K& key) {
    if (Less{}(key, tree->entry.first)) {
      return balanced(tree->entry, erase(tree->left, key), tree->right);
    }
    if (Less{}(tree->entry.first, key)) {
      return balanced(tree->entry, tree->left, erase(tree->right, key));
    }
    if (!tree->left) return tree->right;
    if (!tree->right) return tree->left;
    const Node* next = tree->right.get();
    while (next->left) next = next->left.get();
    return balanced(next->entry, tree->left, erase_first(tree->right));
  }
  static Link erase_first(const Link& tree) {
    if (!tree->left) return tree->right;
    return balanced(tree->entry, erase_first(tree->left), tree->right);
  }

  Link root_;
};

}  // namespace weir::metadata
