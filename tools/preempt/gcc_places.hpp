// Where one function makes calls, and where a check before them goes, for g++. Used by gcc_plugin.cpp alone.
//
// 1. What is asked before anything is inserted: dominators and loops are those of the function as it was.
// 2. A function that calls setjmp and the like has no place but its beginning and the ends of its blocks.
#pragma once

#include "gcc.hpp"

namespace throng::preempt {

// A check stands before this call, or at the end of the block if there is none.
struct Place {
  basic_block block = nullptr;
  gimple* before = nullptr;
};

// A check that is planned. In a register if there is a nest.
struct Check {
  Place place;
  class loop* nest = nullptr;
};

using Checks = std::map<int, Check>;  // by the block's index

class Calls {
 public:
  explicit Calls(::function* fun);

  // Whether a loop or one within makes a call.
  bool are_in(class loop* nest) const;

  // Before the first call that every iteration makes; no block if there is none. `latch` ends the iteration.
  Place of_each_iteration(class loop* natural, basic_block latch) const;

  // Where one more check makes all calls that could come back to this function have a check on the way from
  // the entry: as late as it can be and in no loop. No block if there is no such call; the entry's block is
  // the very beginning.
  Place of_entry(const Checks& checks) const;

 private:
  void find(basic_block block);
  std::vector<basic_block> unchecked(const Checks& checks) const;

  ::function* fun_;
  bool plain_;  // no block is entered otherwise than by its edges
  std::map<class loop*, bool> inside_;
  std::map<int, gimple*> first_;       // of a block, by its index
  std::map<int, gimple*> first_deep_;  // that returns, and may have called this function
};

}  // namespace throng::preempt
