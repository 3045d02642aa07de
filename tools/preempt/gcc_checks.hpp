// The code of a check in GIMPLE, and where it goes. Used by gcc_plugin.cpp alone, on the compiler's one
// thread.
//
// 1. A check never throws: its calls are declared so, hence they need no landing pad.
// 2. The word is accessed by one instruction relative to %fs. Its address never lies in a register across a
// check, because
//    a process may go on in another thread, where the address is another.
// 3. After insertion the function needs TODO_update_ssa; loops stay valid, dominators do not.
#pragma once

#include "gcc.hpp"

namespace throng::preempt {

// A loop without calls that ends after this many iterations is short enough to go without.
constexpr int short_loop = 16;

struct CheckForm {
  bool stub = true;    // cold path: a stub that saves every register, else an ordinary call
  bool settle = true;  // a loop nest charges on its way out what its register counted
  int chunk = 1024;
};

// Keeps the declarations below alive in the compiler's garbage collection.
void register_roots(const char* plugin);

// Whether the cold path of the current function may be the stub: x86-64 without a red zone, which the call
// would overwrite.
bool can_use_stub();

// Before the statement at `at`: one tick from the word, and the cold path if none is left.
void insert_memory_check(gimple_stmt_iterator at, const CheckForm& form);

// Before the statement at `at`: one from the counter, and a new chunk if none is left.
void insert_register_check(gimple_stmt_iterator at, tree counter, const CheckForm& form);

// Before the statement at `at`: `amount` of type int from the word, and the cold path if nothing is left.
void insert_charge_check(gimple_stmt_iterator at, tree amount, const CheckForm& form);

// The counter of a loop nest, full where the nest is entered. The caller commits edge insertions.
tree insert_counter(edge entry, const CheckForm& form);

// On an edge that leaves the nest: charges what was counted since the last full chunk, if it is much.
void insert_settlement(edge exit, tree counter, const CheckForm& form);

}  // namespace throng::preempt
