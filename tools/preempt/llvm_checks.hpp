// The checks of one function in LLVM's intermediate code, and where they go. Used by the plugin alone.
//
// 1. A check never throws: its calls are declared so, hence they need no landing pad.
// 2. The word is accessed relative to %fs: load, subtraction and store become one instruction, and a lone
// load or
//    store would be as right. What may stay in a register is the offset, which is the same in every thread.
//    tests/preempt/ looks for addresses of the word that lie in one.
#pragma once

#include "llvm_functions.hpp"

namespace throng::preempt {

struct Form {
  bool local = true;   // loop nests without calls count in a register
  bool strips = true;  // loops that know how often they run are charged for many iterations at once
  bool settle = true;  // and charge on their way out what it counted
  int chunk = 1024;
};

struct Count {
  int entry = 0, memory = 0, local = 0, strips = 0, skipped = 0;
};

// Inserts all checks of a function. What the manager knew of it is then out of date.
Count instrument(llvm::Function& function, Treatment treatment, const Form& form,
                 llvm::FunctionAnalysisManager& manager);

}  // namespace throng::preempt
