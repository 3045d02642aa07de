// See llvm_strips.hpp.
#include "llvm_strips.hpp"

namespace throng::preempt {
namespace {

// What the number may cost where the loop is entered, in instructions.
constexpr unsigned budget = 8;

// The block behind the loop; null if the loop is left in another way, too.
llvm::BasicBlock* only_exit(const llvm::Loop* natural) {
  llvm::BasicBlock* exiting = natural->getExitingBlock();
  llvm::BasicBlock* exit = natural->getExitBlock();
  return exiting != nullptr && exit != nullptr && llvm::isa<llvm::BranchInst>(exiting->getTerminator())
             ? exit
             : nullptr;
}

llvm::BranchInst* test_of(llvm::BasicBlock* exiting) {
  return llvm::cast<llvm::BranchInst>(exiting->getTerminator());
}

}  // namespace

bool Strips::plan(llvm::Loop* natural, llvm::DominatorTree& tree, llvm::LoopInfo& loops,
                  llvm::ScalarEvolution& evolution, const llvm::TargetTransformInfo& costs) {
  llvm::BasicBlock* exit = only_exit(natural);
  if (!natural->isInnermost() || exit == nullptr || has_other_cycle(natural) || function_.hasOptSize() ||
      function_.hasOptNone() || natural->getLoopLatch() == nullptr ||
      !tree.dominates(natural->getExitingBlock(), natural->getLoopLatch())) {
    return false;
  }
  const llvm::SCEV* number = evolution.getBackedgeTakenCount(natural);
  if (llvm::isa<llvm::SCEVCouldNotCompute>(number) || !number->getType()->isIntegerTy() ||
      number->getType()->getIntegerBitWidth() > 64 || !llvm::isSafeToExpand(number, evolution)) {
    return false;
  }
  llvm::BasicBlock* entry = natural->getLoopPreheader();
  if (entry == nullptr) {
    entry = llvm::InsertPreheaderForLoop(natural, &tree, &loops, nullptr, false);
  }
  llvm::SCEVExpander expander(evolution, function_.getParent()->getDataLayout(), "throng");
  if (entry == nullptr ||
      expander.isHighCostExpansion(number, natural, budget, &costs, entry->getTerminator())) {
    return false;
  }
  llvm::BasicBlock* exiting = natural->getExitingBlock();
  const unsigned outside = natural->contains(exiting->getTerminator()->getSuccessor(0)) ? 1 : 0;
  strips_.push_back({entry, natural->getHeader(), exiting, outside, number, nullptr});
  return true;
}

bool Strips::has_other_cycle(const llvm::Loop* natural) const {
  return llvm::any_of(back_edges_, [natural](const Edge& edge) {
    return edge.second != natural->getHeader() && natural->contains(edge.first) &&
           natural->contains(edge.second);
  });
}

bool Strips::are_entered(const llvm::Loop* natural, const llvm::BasicBlock* latch,
                         const llvm::DominatorTree& tree) const {
  return llvm::any_of(strips_, [&](const Strip& strip) {
    return strip.header != natural->getHeader() && natural->contains(strip.header) &&
           tree.dominates(strip.header, latch);
  });
}

void Strips::compute(llvm::ScalarEvolution& evolution) {
  llvm::SCEVExpander expander(evolution, function_.getParent()->getDataLayout(), "throng");
  for (Strip& strip : strips_) {
    llvm::Instruction* end = strip.entry->getTerminator();
    llvm::Value* number = expander.expandCodeFor(strip.number, strip.number->getType(), end);
    strip.iterations = llvm::IRBuilder<>(end).CreateZExt(number, llvm::Type::getInt64Ty(end->getContext()));
  }
}

int Strips::insert() {
  for (const Strip& strip : strips_) {
    insert(strip);
  }
  if (!variables_.empty()) {
    llvm::DominatorTree tree(function_);
    llvm::PromoteMemToReg(variables_, tree);
  }
  return static_cast<int>(strips_.size());
}

llvm::AllocaInst* Strips::variable(const char* name) {
  llvm::BasicBlock& first = function_.getEntryBlock();
  variables_.push_back(new llvm::AllocaInst(llvm::Type::getInt64Ty(function_.getContext()),
                                            function_.getParent()->getDataLayout().getAllocaAddrSpace(), name,
                                            &*first.begin()));
  return variables_.back();
}

// Before the loop: its first strip is one test longer than the number says, for the last test holds.
void Strips::insert(const Strip& strip) {
  llvm::AllocaInst* strip_left = variable("throng_strip");
  llvm::AllocaInst* left = variable("throng_left");
  llvm::Instruction* end = strip.entry->getTerminator();
  llvm::IRBuilder<> builder(end);
  llvm::Value* steps =
      builder.CreateBinaryIntrinsic(llvm::Intrinsic::umin, strip.iterations, builder.getInt64(chunk_ - 1));
  llvm::Value* amount = builder.CreateAdd(steps, builder.getInt64(1));
  builder.CreateStore(builder.CreateSub(strip.iterations, steps), left);
  builder.CreateStore(amount, strip_left);
  charges_.insert_check(end, builder.CreateTrunc(amount, charges_.integer()));
  insert_next(strip, strip_left, left);
}

// Behind the test, where a strip ends: the loop is left if nothing is left to do, else it goes on where it
// would have gone on.
void Strips::insert_next(const Strip& strip, llvm::AllocaInst* strip_left, llvm::AllocaInst* left) {
  llvm::BranchInst* test = test_of(strip.exiting);
  const unsigned outside = strip.outside;
  llvm::BasicBlock* exit = test->getSuccessor(outside);
  llvm::BasicBlock* onward = test->getSuccessor(1 - outside);
  llvm::LLVMContext& context = function_.getContext();
  llvm::BasicBlock* behind = llvm::BasicBlock::Create(context, "", &function_, onward);
  llvm::BasicBlock* ask = llvm::BasicBlock::Create(context, "", &function_);
  llvm::BasicBlock* next = llvm::BasicBlock::Create(context, "", &function_);
  llvm::Instruction* end = llvm::BranchInst::Create(behind, next);
  llvm::BranchInst::Create(onward, behind);
  onward->replacePhiUsesWith(strip.exiting, behind);
  exit->replacePhiUsesWith(strip.exiting, ask);

  llvm::IRBuilder<> builder(test);
  llvm::Value* now =
      builder.CreateSub(builder.CreateLoad(builder.getInt64Ty(), strip_left), builder.getInt64(1));
  builder.CreateStore(now, strip_left);
  llvm::Value* old_condition = test->getCondition();
  test->setCondition(outside == 0 ? builder.CreateICmpEQ(now, builder.getInt64(0))
                                  : builder.CreateICmpNE(now, builder.getInt64(0)));
  test->setSuccessor(outside, ask);
  test->setSuccessor(1 - outside, behind);
  llvm::RecursivelyDeleteTriviallyDeadInstructions(old_condition);

  builder.SetInsertPoint(ask);
  llvm::Value* rest = builder.CreateLoad(builder.getInt64Ty(), left);
  builder.CreateCondBr(builder.CreateICmpEQ(rest, builder.getInt64(0)), exit, next);
  builder.SetInsertPoint(end);
  llvm::Value* steps = builder.CreateBinaryIntrinsic(llvm::Intrinsic::umin, rest, builder.getInt64(chunk_));
  builder.CreateStore(steps, strip_left);
  builder.CreateStore(builder.CreateSub(rest, steps), left);
  charges_.insert_check(end, builder.CreateTrunc(steps, charges_.integer()));
}

}  // namespace throng::preempt
