// See llvm_checks.hpp.
#include "llvm_checks.hpp"

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
        loops_(manager.getResult<llvm::LoopAnalysis>(function)) {
    find_calls();
    plan(manager.getResult<llvm::ScalarEvolutionAnalysis>(function));
  }

  Count insert() {
    for (const auto& [where, nest] : checks_) {
      insert(*where, nest);
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
    for (llvm::Instruction* arrival : arrivals_) {
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

  void find_calls() {
    for (llvm::BasicBlock& block : function_) {
      for (llvm::Instruction& instruction : block) {
        if (!is_call(instruction)) {
          continue;
        }
        for (llvm::Loop* loop = loops_.getLoopFor(&block); loop != nullptr; loop = loop->getParentLoop()) {
          calls_.insert(loop);
        }
        auto* call = llvm::cast<llvm::CallBase>(&instruction);
        if (call->hasFnAttr(llvm::Attribute::ReturnsTwice) && call->getNextNode() != nullptr) {
          arrivals_.push_back(call->getNextNode());
        }
        comes_back_ = comes_back_ || !call->doesNotReturn();
      }
    }
  }

  // Decides for each back edge of a depth-first search; every cycle has one, natural loop or not.
  void plan(llvm::ScalarEvolution& evolution) {
    llvm::SmallVector<Edge, 16> back_edges;
    llvm::FindFunctionBackedges(function_, back_edges);
    std::map<const llvm::BasicBlock*, std::size_t> known;
    for (const auto& [from, to] : back_edges) {
      const llvm::Loop* natural = loops_.getLoopFor(to);
      if (natural != nullptr && natural->getHeader() == to && natural->contains(from) &&
          is_short(natural, evolution)) {
        ++count_.skipped;
        continue;
      }
      llvm::Loop* nest = form_.local ? nest_of(from, to) : nullptr;
      const auto [entry, is_new] = known.try_emplace(from, checks_.size());
      if (is_new) {
        checks_.emplace_back(const_cast<llvm::BasicBlock*>(from), nest);
      } else if (checks_[entry->second].second != nest) {
        checks_[entry->second].second =
            nullptr;  // two cycles end here, and one sets the other's counter anew
      }
    }
    for (auto& [where, nest] : checks_) {
      nest = nest != nullptr && make_nest(nest) ? nest : nullptr;
    }
    for (auto& [nest, parts] : nests_) {
      find_exits(nest, parts);
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
      parts.counter =
          new llvm::AllocaInst(integer(), function_.getParent()->getDataLayout().getAllocaAddrSpace(),
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
    if (!natural->isInnermost() || calls_.count(natural) != 0) {
      return false;
    }
    const unsigned bound = evolution.getSmallConstantMaxTripCount(natural);
    return bound > 0 && bound <= short_loop + 1;  // of the header, one more than of the back edge
  }

  // The outermost nest without calls around a back edge; null if there is none.
  llvm::Loop* nest_of(const llvm::BasicBlock* from, const llvm::BasicBlock* to) const {
    llvm::Loop* nest = nullptr;
    for (llvm::Loop* loop = loops_.getLoopFor(from); loop != nullptr; loop = loop->getParentLoop()) {
      if (loop->contains(to) && calls_.count(loop) == 0) {
        nest = loop;
      }
    }
    return nest;
  }

  // Before the jump at the end, or a call that may throw: every cycle through the back edge passes there.
  void insert(llvm::BasicBlock& where, llvm::Loop* nest) {
    if (nest == nullptr) {
      ++count_.memory;
      insert_memory_check(where.getTerminator());
    } else {
      ++count_.local;
      insert_register_check(where.getTerminator(), nest);
    }
  }

  // Bounds recursion. A function whose calls do not come back is as good as one without. Behind the
  // variables, which code generation wants in the first block.
  void insert_entry() {
    if (treatment_ == Treatment::all && comes_back_) {
      ++count_.entry;
      llvm::BasicBlock::iterator at = function_.getEntryBlock().getFirstInsertionPt();
      while (llvm::isa<llvm::AllocaInst>(*at) || llvm::isa<llvm::DbgInfoIntrinsic>(*at)) {
        ++at;
      }
      for (llvm::Instruction& later :
           llvm::make_early_inc_range(llvm::make_range(at, function_.getEntryBlock().end()))) {
        auto* variable = llvm::dyn_cast<llvm::AllocaInst>(&later);
        if (variable != nullptr && &later != &*at && llvm::isa<llvm::ConstantInt>(variable->getArraySize())) {
          variable->moveBefore(&*at);
        }
      }
      insert_memory_check(&*at);
    }
  }

  llvm::Type* integer() const { return llvm::Type::getInt32Ty(function_.getContext()); }

  llvm::Constant* ticks() {
    llvm::Module& module = *function_.getParent();
    return module.getOrInsertGlobal("throng_ticks", integer(), [&] {
      return new llvm::GlobalVariable(module, integer(), false, llvm::GlobalValue::ExternalLinkage, nullptr,
                                      "throng_ticks", nullptr, llvm::GlobalValue::InitialExecTLSModel);
    });
  }

  // A line for the debugger, and for the verifier, which wants one at every call in a function that has
  // lines.
  void give_place(llvm::IRBuilder<>& builder) const {
    if (!builder.getCurrentDebugLocation() && function_.getSubprogram() != nullptr) {
      builder.SetCurrentDebugLocation(
          llvm::DILocation::get(function_.getContext(), 0, 0, function_.getSubprogram()));
    }
  }

  // Where `negative` is true, which is rare, the named function is called. Returns the place behind the call.
  llvm::Instruction* insert_cold_call(llvm::Instruction* before, llvm::Value* negative, const char* name) {
    llvm::MDNode* rare = llvm::MDBuilder(function_.getContext()).createBranchWeights(1, 1 << 20);
    llvm::Instruction* end = llvm::SplitBlockAndInsertIfThen(negative, before, false, rare);
    llvm::IRBuilder<> builder(end);
    give_place(builder);
    const llvm::FunctionCallee callee = function_.getParent()->getOrInsertFunction(name, builder.getVoidTy());
    llvm::CallInst* call = builder.CreateCall(callee);
    call->setDoesNotThrow();
    call->addFnAttr(llvm::Attribute::Cold);
    return end;
  }

  llvm::Value* charge(llvm::IRBuilder<>& builder, llvm::Value* amount) {
    llvm::Constant* word = ticks();
    llvm::LoadInst* before = builder.CreateLoad(integer(), word);
    llvm::Value* left = builder.CreateSub(before, amount);
    llvm::StoreInst* after = builder.CreateStore(left, word);
    // No sanitizer looks at these, which would want the address in a register.
    for (llvm::Instruction* access :
         {static_cast<llvm::Instruction*>(before), static_cast<llvm::Instruction*>(after)}) {
      access->setMetadata("nosanitize", llvm::MDNode::get(function_.getContext(), {}));
    }
    return left;
  }

  void insert_memory_check(llvm::Instruction* before) {
    llvm::IRBuilder<> builder(before);
    llvm::Value* left = charge(builder, builder.getInt32(1));
    insert_cold_call(before, builder.CreateICmpSLT(left, builder.getInt32(0)), "throng_preempt_slow");
  }

  void insert_register_check(llvm::Instruction* before, llvm::Loop* nest) {
    llvm::AllocaInst* counter = nests_[nest].counter;
    llvm::IRBuilder<> builder(before);
    llvm::Value* left = builder.CreateSub(builder.CreateLoad(integer(), counter), builder.getInt32(1));
    builder.CreateStore(left, counter);
    llvm::Instruction* end =
        insert_cold_call(before, builder.CreateICmpSLT(left, builder.getInt32(0)), "throng_preempt_chunk");
    builder.SetInsertPoint(end);
    builder.CreateStore(full(), counter);
  }

  llvm::ConstantInt* full() const {
    return llvm::ConstantInt::get(llvm::Type::getInt32Ty(function_.getContext()),
                                  static_cast<std::uint64_t>(form_.chunk - 1));
  }

  // The counter is full where the nest is entered; where it is left, what was counted since the last full
  // chunk is charged.
  void begin_and_settle(const Nest& nest) {
    llvm::IRBuilder<>(nest.entry->getTerminator()).CreateStore(full(), nest.counter);
    for (llvm::BasicBlock* exit : nest.exits) {
      llvm::IRBuilder<> builder(exit->getTerminator());
      charge(builder, builder.CreateSub(full(), builder.CreateLoad(integer(), nest.counter)));
    }
  }

  llvm::Function& function_;
  Treatment treatment_;
  const Form& form_;
  llvm::DominatorTree& tree_;
  llvm::LoopInfo&
      loops_;  // the same that the analysis of iterations knows; it would not know another one's loops
  Count count_;
  bool comes_back_ = false;
  std::set<const llvm::Loop*> calls_;
  std::vector<llvm::Instruction*> arrivals_;  // behind a setjmp: a cycle by longjmp is no cycle of blocks
  std::vector<std::pair<llvm::BasicBlock*, llvm::Loop*>> checks_;
  llvm::MapVector<llvm::Loop*, Nest> nests_;
};

}  // namespace

Count instrument(llvm::Function& function, Treatment treatment, const Form& form,
                 llvm::FunctionAnalysisManager& manager) {
  return Instrumentation(function, treatment, form, manager).insert();
}

}  // namespace throng::preempt
