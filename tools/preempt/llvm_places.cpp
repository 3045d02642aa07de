// See llvm_places.hpp.
#include "llvm_places.hpp"

#include "llvm_functions.hpp"

namespace throng::preempt {
namespace {

// A copy of memory calls nothing of the program's, nor does what is declared `leaf`.
bool can_recur(const llvm::CallBase& call) {
  const llvm::Function* callee = call.getCalledFunction();
  const bool is_leaf = llvm::isa<llvm::MemIntrinsic>(call) || (callee != nullptr && callee->isDeclaration() &&
                                                               call.hasFnAttr(llvm::Attribute::NoCallback));
  return !call.doesNotReturn() && !is_leaf;
}

}  // namespace

Calls::Calls(llvm::Function& function, const llvm::DominatorTree& tree, const llvm::LoopInfo& loops)
    : function_(function), tree_(tree), loops_(loops) {
  for (llvm::BasicBlock& block : function_) {
    for (llvm::Instruction& instruction : block) {
      if (tree_.isReachableFromEntry(&block) && is_call(instruction)) {
        find(instruction);
      }
    }
  }
}

void Calls::find(llvm::Instruction& instruction) {
  llvm::BasicBlock* block = instruction.getParent();
  for (llvm::Loop* loop = loops_.getLoopFor(block); loop != nullptr; loop = loop->getParentLoop()) {
    inside_.insert(loop);
  }
  first_.try_emplace(block, &instruction);
  auto& call = llvm::cast<llvm::CallBase>(instruction);
  if (can_recur(call)) {
    first_deep_.try_emplace(block, &instruction);
  }
  if (call.hasFnAttr(llvm::Attribute::ReturnsTwice) && call.getNextNode() != nullptr) {
    arrivals_.push_back(call.getNextNode());
  }
}

llvm::Instruction* Calls::of_each_iteration(const llvm::Loop* natural, llvm::BasicBlock* latch) const {
  llvm::Instruction* found = nullptr;
  if (!arrivals_.empty()) {
    return found;
  }
  for (llvm::BasicBlock* block = latch;; block = tree_.getNode(block)->getIDom()->getBlock()) {
    const auto call = first_.find(block);
    if (loops_.getLoopFor(block) == natural && call != first_.end()) {
      found = call->second;
    }
    if (block == natural->getHeader()) {
      return found;
    }
  }
}

// The blocks that are reached from the entry without a check and make such a call. What comes after one of
// them has the check of that one.
std::vector<llvm::BasicBlock*> Calls::unchecked(const Checks& checks) const {
  std::vector<llvm::BasicBlock*> result, open{&function_.getEntryBlock()};
  std::set<llvm::BasicBlock*> seen(open.begin(), open.end());
  while (!open.empty()) {
    llvm::BasicBlock* block = open.back();
    open.pop_back();
    const auto check = checks.find(block);
    const bool checked = check != checks.end() && check->second.nest == nullptr;
    const auto deep = first_deep_.find(block);
    if (checked && (check->second.before == block->getTerminator()
                        ? deep == first_deep_.end() || deep->second == block->getTerminator()
                        : true)) {
      continue;
    }
    if (deep != first_deep_.end()) {
      result.push_back(block);
      continue;
    }
    for (llvm::BasicBlock* next : llvm::successors(block)) {
      if (seen.insert(next).second) {
        open.push_back(next);
      }
    }
  }
  return result;
}

llvm::BasicBlock* Calls::before_loops(llvm::BasicBlock* block) const {
  while (llvm::Loop* loop = loops_.getLoopFor(block)) {
    while (loop->getParentLoop() != nullptr) {
      loop = loop->getParentLoop();
    }
    block = tree_.getNode(loop->getHeader())->getIDom()->getBlock();
  }
  return block;
}

llvm::Instruction* Calls::of_entry(const Checks& checks) const {
  if (!arrivals_.empty()) {
    llvm::BasicBlock::iterator at = function_.getEntryBlock().getFirstInsertionPt();
    while (llvm::isa<llvm::AllocaInst>(*at) || llvm::isa<llvm::DbgInfoIntrinsic>(*at)) {
      ++at;
    }
    return &*at;
  }
  llvm::BasicBlock* common = nullptr;
  for (llvm::BasicBlock* block : unchecked(checks)) {
    common = common == nullptr ? block : tree_.findNearestCommonDominator(common, block);
  }
  if (common == nullptr) {
    return nullptr;
  }
  llvm::BasicBlock* where = before_loops(common);
  const auto call = first_deep_.find(where);
  return call != first_deep_.end() ? call->second : where->getTerminator();
}

}  // namespace throng::preempt
