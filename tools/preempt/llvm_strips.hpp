// Loops that are counted before they run, for clang. Used by llvm_checks.cpp alone.
//
// As in gcc_strips.hpp, but the loop's own test becomes one of a variable that counts the strip down: what
// else changes in the loop stays for what it is needed for, and goes if it is not.
//
// 1. The number is exact, whatever it takes for the loop to end: the analysis knows none otherwise.
// 2. A loop with another exit is none: it would have been charged for what it did not do.
// 3. Nor is a loop with a cycle of two entries inside: the analysis does not count such cycles, which may
// pass the test
//    several times in an iteration, and they count by themselves.
#pragma once

#include "llvm_charges.hpp"

namespace throng::preempt {

class Strips {
 public:
  Strips(llvm::Function& function, Charges& charges, int chunk)
      : function_(function), charges_(charges), chunk_(static_cast<std::uint64_t>(chunk)) {}

  using Edge = std::pair<const llvm::BasicBlock*, const llvm::BasicBlock*>;

  // The back edges of the function, for plan(): all of them, before anything changes.
  void know(llvm::ArrayRef<Edge> back_edges) { back_edges_.assign(back_edges.begin(), back_edges.end()); }

  // Whether this loop without calls is one, while the function is as it was. It gets a block before it.
  bool plan(llvm::Loop* natural, llvm::DominatorTree& tree, llvm::LoopInfo& loops,
            llvm::ScalarEvolution& evolution, const llvm::TargetTransformInfo& costs);

  // Whether every iteration that ends in `latch` enters a planned loop and is charged there.
  bool are_entered(const llvm::Loop* natural, const llvm::BasicBlock* latch,
                   const llvm::DominatorTree& tree) const;

  // The numbers of iterations, which the analysis knows for as long as no block changes.
  void compute(llvm::ScalarEvolution& evolution);

  // Returns how many there are.
  int insert();

 private:
  struct Strip {
    llvm::BasicBlock* entry = nullptr;
    llvm::BasicBlock* header = nullptr;
    llvm::BasicBlock* exiting = nullptr;
    unsigned outside = 0;  // which successor of the test leaves the loop, whatever block it is by then
    const llvm::SCEV* number = nullptr;  // how often the test fails
    llvm::Value* iterations = nullptr;   // the same, before the loop
  };

  bool has_other_cycle(const llvm::Loop* natural) const;
  void insert(const Strip& strip);
  void insert_next(const Strip& strip, llvm::AllocaInst* strip_left, llvm::AllocaInst* left);
  llvm::AllocaInst* variable(const char* name);

  llvm::Function& function_;
  Charges& charges_;
  std::uint64_t chunk_;
  std::vector<Edge> back_edges_;
  std::vector<Strip> strips_;
  std::vector<llvm::AllocaInst*> variables_;
};

}  // namespace throng::preempt
