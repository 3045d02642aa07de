// Which functions, loops and calls get checks, for g++. Used by gcc_plugin.cpp alone.
#pragma once

#include "gcc.hpp"

namespace throng::preempt {

enum class Treatment {
  all,            // every cycle, and the entry if it calls
  loops,          // every cycle
  foreign_loops,  // every cycle that was not written in throng's headers
  none
};

// A directory whose files below throng/ are throng's own headers.
void add_own_headers(const std::string& directory);

// Registers the attribute that takes a function out.
void register_attribute_name(void* event_data, void* user_data);

// Takes `const` and `pure` away from the declarations whose answer is another one after a switch, as soon as
// the compiler has read them, and once more when it knows all: a link brings declarations of others.
void forget_constant(void* declaration, void* user_data);
void forget_constants(void* event_data, void* user_data);

// In a link with optimization, the runtime's own functions are not inlined into a program's, where their
// loops would get checks: what the runtime does there must not be interrupted. Without such a link they are
// not inlined either.
void keep_runtime_apart();

// Before any function is inlined: notes which functions a link with optimization may instrument, and which
// can call themselves.
void mark_functions(void* event_data, void* user_data);

Treatment treatment_of(::function* fun);

// A call that goes somewhere: no internal function, and no builtin that becomes a few instructions.
bool is_call(gimple* statement);

// Whether every statement of the loop that knows its place is in throng's own or in system headers, and one
// is throng's.
bool is_own_loop(class loop* nest);

}  // namespace throng::preempt
