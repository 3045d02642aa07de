// Where one function makes calls, and where a check before them goes, for clang. Used by llvm_checks.cpp
// alone.
//
// 1. What is asked before anything is inserted: dominators and loops are those of the function as it was.
// 2. A function that calls setjmp and the like has no place but its beginning and the ends of its blocks.
#pragma once

#include "llvm.hpp"

namespace throng::preempt {

// A check that is planned, before the end of its block or before a call. In a register if there is a nest.
struct Check {
  llvm::Instruction* before = nullptr;
  llvm::Loop* nest = nullptr;
};

using Checks = llvm::MapVector<llvm::BasicBlock*, Check>;

class Calls {
 public:
  Calls(llvm::Function& function, const llvm::DominatorTree& tree, const llvm::LoopInfo& loops);

  // Whether a loop or one within makes a call.
  bool are_in(const llvm::Loop* loop) const { return inside_.count(loop) != 0; }

  // The first call that every iteration makes, or null. `latch` ends the iteration.
  llvm::Instruction* of_each_iteration(const llvm::Loop* natural, llvm::BasicBlock* latch) const;

  // Before which instruction one more check makes all calls that could come back to this function have a
  // check on the way from the entry: as late as it can be and in no loop. Null if there is no such call.
  llvm::Instruction* of_entry(const Checks& checks) const;

  // Behind each setjmp: a cycle by longjmp is no cycle of blocks.
  const std::vector<llvm::Instruction*>& arrivals() const { return arrivals_; }

 private:
  void find(llvm::Instruction& instruction);
  std::vector<llvm::BasicBlock*> unchecked(const Checks& checks) const;
  llvm::BasicBlock* before_loops(llvm::BasicBlock* block) const;

  llvm::Function& function_;
  const llvm::DominatorTree& tree_;
  const llvm::LoopInfo& loops_;
  std::set<const llvm::Loop*> inside_;
  std::map<llvm::BasicBlock*, llvm::Instruction*> first_;
  std::map<llvm::BasicBlock*, llvm::Instruction*>
      first_deep_;  // that returns, and may have called this function
  std::vector<llvm::Instruction*> arrivals_;
};

}  // namespace throng::preempt
