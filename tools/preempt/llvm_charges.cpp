// See llvm_charges.hpp.
#include "llvm_charges.hpp"

namespace throng::preempt {

// Its offset is a constant in code that can only be part of a program, as throng's libraries are static.
llvm::Constant* Charges::ticks() {
  llvm::Module& module = *function_.getParent();
  const bool shared =
      module.getPICLevel() != llvm::PICLevel::NotPIC && module.getPIELevel() == llvm::PIELevel::Default;
  const auto model = shared ? llvm::GlobalValue::InitialExecTLSModel : llvm::GlobalValue::LocalExecTLSModel;
  return module.getOrInsertGlobal("throng_ticks", integer(), [&] {
    return new llvm::GlobalVariable(module, integer(), false, llvm::GlobalValue::ExternalLinkage, nullptr,
                                    "throng_ticks", nullptr, model);
  });
}

// A line for the debugger, and for the verifier, which wants one at every call in a function that has
// lines.
void Charges::give_place(llvm::IRBuilder<>& builder) const {
  if (!builder.getCurrentDebugLocation() && function_.getSubprogram() != nullptr) {
    builder.SetCurrentDebugLocation(
        llvm::DILocation::get(function_.getContext(), 0, 0, function_.getSubprogram()));
  }
}

llvm::Instruction* Charges::insert_cold_call(llvm::Instruction* before, llvm::Value* rare, const char* name) {
  llvm::MDNode* weights = llvm::MDBuilder(function_.getContext()).createBranchWeights(1, 1 << 20);
  llvm::Instruction* end = llvm::SplitBlockAndInsertIfThen(rare, before, false, weights);
  llvm::IRBuilder<> builder(end);
  give_place(builder);
  const llvm::FunctionCallee callee = function_.getParent()->getOrInsertFunction(name, builder.getVoidTy());
  llvm::CallInst* call = builder.CreateCall(callee);
  call->setDoesNotThrow();
  call->addFnAttr(llvm::Attribute::Cold);
  return end;
}

llvm::Value* Charges::take(llvm::IRBuilder<>& builder, llvm::Value* amount) {
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

void Charges::insert_check(llvm::Instruction* before, llvm::Value* amount) {
  llvm::IRBuilder<> builder(before);
  llvm::Value* left = take(builder, amount);
  insert_cold_call(before, builder.CreateICmpSLT(left, builder.getInt32(0)), "throng_preempt_slow");
}

}  // namespace throng::preempt
