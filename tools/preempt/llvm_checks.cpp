// See llvm_checks.hpp.
#include "llvm_checks.hpp"

#include "llvm_charges.hpp"
#include "llvm_places.hpp"
#include "llvm_strips.hpp"

namespace throng::preempt {
namespace {

// A loop without calls that surely ends after this many iterations is short enough to go without.
constexpr unsigned short_loop = 16;

using Edge = std::pair<const llvm::BasicBlock*, const llvm::BasicBlock*>;

class Instrumentation {
 public:
  Instrumentation(llvm::Function& function, Treatment treatment, const Form& form,
                  llvm::FunctionAnalysisManager& manager)
      : function_(function),
        treatment_(treatment),
        form_(form),
        tree_(manager.getResult<llvm::DominatorTreeAnalysis>(function)),
        loops_(manager.getResult<llvm::LoopAnalysis>(function)),
        calls_(function, tree_, loops_),
        charges_(function),
        strips_(function, charges_, form.chunk) {
    plan(manager.getResult<llvm::ScalarEvolutionAnalysis>(function),
         manager.getResult<llvm::TargetIRAnalysis>(function));
  }

  Count insert() {
    count_.strips = strips_.insert();
    for (const auto& [where, check] : checks_) {
      insert(check);
    }
    if (!nests_.empty()) {
      std::vector<llvm::AllocaInst*> variables;
      for (const auto& [nest, parts] : nests_) {
        begin_and_settle(parts);
        variables.push_back(parts.counter);
      }
      llvm::DominatorTree tree(function_);
      llvm::PromoteMemToReg(variables, tree);
    }
    for (llvm::Instruction* arrival : calls_.arrivals()) {
      ++count_.memory;
      insert_memory_check(arrival);
    }
    insert_entry();
    return count_;
  }

 private:
  // Where a nest is entered and left, found while the loops are known.
  struct Nest {
    llvm::BasicBlock* entry = nullptr;
    std::vector<llvm::BasicBlock*> exits;
    llvm::AllocaInst* counter = nullptr;
  };

  // Decides for each back edge of a depth-first search; every cycle has one, natural loop or not.
  void plan(llvm::ScalarEvolution& evolution, const llvm::TargetTransformInfo& costs) {
    llvm::SmallVector<Edge, 16> back_edges;
    llvm::FindFunctionBackedges(function_, back_edges);
    strips_.know(back_edges);
    // Inner loops first: what every iteration of an outer one passes there will do for that, too.
    std::map<unsigned, std::vector<Edge>, std::greater<>> by_depth;
    for (const Edge& back : back_edges) {
      by_depth[loops_.getLoopDepth(back.second)].push_back(back);
    }
    for (const auto& [depth, edges] : by_depth) {
      for (const auto& [from, to] : edges) {
        plan(const_cast<llvm::BasicBlock*>(from), to, evolution, costs);
      }
    }
    strips_.compute(evolution);
    for (auto& [where, check] : checks_) {
      check.nest = check.nest != nullptr && make_nest(check.nest) ? check.nest : nullptr;
    }
    if (treatment_ == Treatment::all) {
      entry_ = calls_.of_entry(checks_);
    }
    for (auto& [nest, parts] : nests_) {
      find_exits(nest, parts);
    }
  }

  void plan(llvm::BasicBlock* from, const llvm::BasicBlock* to, llvm::ScalarEvolution& evolution,
            const llvm::TargetTransformInfo& costs) {
    llvm::Loop* natural = loops_.getLoopFor(to);
    const bool is_natural = natural != nullptr && natural->getHeader() == to && natural->contains(from);
    if (is_natural && is_short(natural, evolution)) {
      ++count_.skipped;
      return;
    }
    if (is_natural && (strips_.are_entered(natural, from, tree_) ||
                       (form_.local && form_.strips && !calls_.are_in(natural) &&
                        strips_.plan(natural, tree_, loops_, evolution, costs)))) {
      return;
    }
    llvm::Loop* nest = form_.local ? nest_of(from, to) : nullptr;
    if (is_natural && nest == nullptr) {
      plan_before_call(natural, from);
    } else {
      plan_at_end(from, nest);
    }
  }

  void plan_at_end(llvm::BasicBlock* where, llvm::Loop* nest) {
    Check& check = checks_.insert({where, Check{where->getTerminator(), nest}}).first->second;
    if (check.nest != nest) {
      check.nest = nullptr;  // two cycles end here, and one sets the other's counter anew
    }
  }

  // One check before the first call of an iteration does for the cycle and for the way from the entry to the
  // call.
  void plan_before_call(const llvm::Loop* natural, llvm::BasicBlock* latch) {
    for (const auto& [where, check] : checks_) {
      if (check.nest == nullptr && natural->contains(where) && tree_.dominates(where, latch)) {
        return;
      }
    }
    if (llvm::Instruction* call = calls_.of_each_iteration(natural, latch)) {
      checks_[call->getParent()] = {call, nullptr};
    } else {
      plan_at_end(latch, nullptr);
    }
  }

  bool make_nest(llvm::Loop* nest) {
    llvm::BasicBlock* entry = nest->getLoopPreheader();
    if (entry == nullptr) {
      entry = llvm::InsertPreheaderForLoop(nest, &tree_, &loops_, nullptr, false);
    }
    if (entry == nullptr) {
      return false;
    }
    Nest& parts = nests_[nest];
    if (parts.counter == nullptr) {
      parts.entry = entry;
      parts.counter = new llvm::AllocaInst(charges_.integer(),
                                           function_.getParent()->getDataLayout().getAllocaAddrSpace(),
                                           "throng_counter", &*function_.getEntryBlock().begin());
    }
    return true;
  }

  // Every way out that can carry code gets a block of its own.
  void find_exits(llvm::Loop* nest, Nest& parts) {
    if (!form_.settle) {
      return;
    }
    std::vector<std::pair<llvm::BasicBlock*, llvm::BasicBlock*>> edges;
    for (llvm::BasicBlock* block : nest->blocks()) {
      for (llvm::BasicBlock* next : llvm::successors(block)) {
        if (!nest->contains(next) && !next->isEHPad() &&
            !llvm::isa<llvm::IndirectBrInst>(block->getTerminator()) &&
            !llvm::isa<llvm::UnreachableInst>(next->getFirstNonPHIOrDbg())) {
          edges.emplace_back(block, next);
        }
      }
    }
    for (const auto& [from, to] : edges) {
      // Not told of the loops, it splits this edge and no other that it would like to see split.
      parts.exits.push_back(llvm::SplitEdge(from, to));
    }
  }

  bool is_short(const llvm::Loop* natural, llvm::ScalarEvolution& evolution) const {
    if (!natural->isInnermost() || calls_.are_in(natural)) {
      return false;
    }
    const unsigned bound = evolution.getSmallConstantMaxTripCount(natural);
    return bound > 0 && bound <= short_loop + 1;  // of the header, one more than of the back edge
  }

  // The outermost nest without calls around a back edge; null if there is none.
  llvm::Loop* nest_of(const llvm::BasicBlock* from, const llvm::BasicBlock* to) const {
    llvm::Loop* nest = nullptr;
    for (llvm::Loop* loop = loops_.getLoopFor(from); loop != nullptr; loop = loop->getParentLoop()) {
      if (loop->contains(to) && !calls_.are_in(loop)) {
        nest = loop;
      }
    }
    return nest;
  }

  // At the end of a block before the jump, or before a call: every cycle through the back edge passes there.
  void insert(const Check& check) {
    if (check.nest == nullptr) {
      ++count_.memory;
      insert_memory_check(check.before);
    } else {
      ++count_.local;
      insert_register_check(check.before, check.nest);
    }
  }

  // Bounds recursion. In the first block it stands behind the variables, which code generation wants there.
  void insert_entry() {
    if (entry_ == nullptr) {
      return;
    }
    ++count_.entry;
    if (entry_->getParent() == &function_.getEntryBlock()) {
      const llvm::BasicBlock::iterator at = entry_->getIterator();
      for (llvm::Instruction& later :
           llvm::make_early_inc_range(llvm::make_range(at, function_.getEntryBlock().end()))) {
        auto* variable = llvm::dyn_cast<llvm::AllocaInst>(&later);
        if (variable != nullptr && &later != &*at && llvm::isa<llvm::ConstantInt>(variable->getArraySize())) {
          variable->moveBefore(&*at);
        }
      }
    }
    insert_memory_check(entry_);
  }

  void insert_memory_check(llvm::Instruction* before) {
    charges_.insert_check(before, llvm::ConstantInt::get(charges_.integer(), 1));
  }

  void insert_register_check(llvm::Instruction* before, llvm::Loop* nest) {
    llvm::AllocaInst* counter = nests_[nest].counter;
    llvm::IRBuilder<> builder(before);
    llvm::Value* left =
        builder.CreateSub(builder.CreateLoad(charges_.integer(), counter), builder.getInt32(1));
    builder.CreateStore(left, counter);
    llvm::Instruction* end = charges_.insert_cold_call(
        before, builder.CreateICmpEQ(left, builder.getInt32(0)), "throng_preempt_chunk");
    builder.SetInsertPoint(end);
    builder.CreateStore(full(), counter);
  }

  llvm::ConstantInt* full() const {
    return llvm::ConstantInt::get(llvm::Type::getInt32Ty(function_.getContext()),
                                  static_cast<std::uint64_t>(form_.chunk));
  }

  // The counter is full where the nest is entered; where it is left, what was counted since the last full
  // chunk is charged.
  void begin_and_settle(const Nest& nest) {
    llvm::IRBuilder<>(nest.entry->getTerminator()).CreateStore(full(), nest.counter);
    for (llvm::BasicBlock* exit : nest.exits) {
      llvm::IRBuilder<> builder(exit->getTerminator());
      charges_.take(builder, builder.CreateSub(full(), builder.CreateLoad(charges_.integer(), nest.counter)));
    }
  }

  llvm::Function& function_;
  Treatment treatment_;
  const Form& form_;
  llvm::DominatorTree& tree_;
  llvm::LoopInfo&
      loops_;  // the same that the analysis of iterations knows; it would not know another one's loops
  Count count_;
  Calls calls_;
  Charges charges_;
  Strips strips_;
  llvm::Instruction* entry_ = nullptr;
  Checks checks_;
  llvm::MapVector<llvm::Loop*, Nest> nests_;
};

}  // namespace

Count instrument(llvm::Function& function, Treatment treatment, const Form& form,
                 llvm::FunctionAnalysisManager& manager) {
  return Instrumentation(function, treatment, form, manager).insert();
}

}  // namespace throng::preempt
