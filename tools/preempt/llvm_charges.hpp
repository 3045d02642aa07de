// How LLVM's intermediate code takes from the word of ticks, and calls the slow path. Used by llvm_checks.cpp
// and llvm_strips.cpp.
#pragma once

#include "llvm.hpp"

namespace throng::preempt {

class Charges {
 public:
  explicit Charges(llvm::Function& function) : function_(function) {}

  // Takes `amount` from the word. Returns what is left.
  llvm::Value* take(llvm::IRBuilder<>& builder, llvm::Value* amount);

  // The same, before an instruction, and the slow path if nothing is left.
  void insert_check(llvm::Instruction* before, llvm::Value* amount);

  // Where `rare` is true the named function is called. Returns the place behind the call.
  llvm::Instruction* insert_cold_call(llvm::Instruction* before, llvm::Value* rare, const char* name);

  llvm::Type* integer() const { return llvm::Type::getInt32Ty(function_.getContext()); }

 private:
  llvm::Constant* ticks();
  void give_place(llvm::IRBuilder<>& builder) const;

  llvm::Function& function_;
};

}  // namespace throng::preempt
