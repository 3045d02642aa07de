// What several policies keep runnables in: the least key first, among equals the one that came first.
#pragma once

#include <algorithm>
#include <cstdint>
#include <throng/scheduler/runnable.hpp>
#include <vector>

namespace throng::policies {

class KeyedHeap {
 public:
  void push(std::int64_t key, Runnable& runnable) {
    entries_.push_back({key, ++pushed_, &runnable});
    std::ranges::push_heap(entries_, comes_later);
  }
  // Null: there is none.
  Runnable* pop() {
    if (entries_.empty()) return nullptr;
    std::ranges::pop_heap(entries_, comes_later);
    Runnable* first = entries_.back().runnable;
    entries_.pop_back();
    return first;
  }
  // Requires: there is one.
  std::int64_t least() const { return entries_.front().key; }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::int64_t key;
    std::uint64_t number;
    Runnable* runnable;
  };
  static bool comes_later(const Entry& a, const Entry& b) {
    return a.key != b.key ? a.key > b.key : a.number > b.number;
  }

  std::vector<Entry> entries_;
  std::uint64_t pushed_ = 0;
};

}  // namespace throng::policies
