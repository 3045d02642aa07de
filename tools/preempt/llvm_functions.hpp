// Which functions and calls get checks, for clang. Used by the plugin alone.
#pragma once

#include "llvm.hpp"

namespace throng::preempt {

enum class Treatment {
  all,    // every cycle, and the entry if it calls
  loops,  // every cycle
  none
};

// Functions with annotate("throng_nopreempt").
std::set<llvm::Function*> taken_out(llvm::Module& module);

// What becomes of each function of a module as it is now.
class Treatments {
 public:
  explicit Treatments(llvm::Module& module);
  Treatment of(llvm::Function& function) const;

 private:
  std::set<llvm::Function*> none_, recursive_;
};

// Takes away the promise that a function of the C library returns the same address for ever, which is the
// calling thread's and another one after a switch.
void forget_constants(llvm::Module& module);

// A call that goes somewhere: no intrinsic that becomes a few instructions, no assembler text.
bool is_call(const llvm::Instruction& instruction);

}  // namespace throng::preempt
