// What was inserted into a function, as a line of text. Used by gcc_plugin.cpp alone.
#pragma once

#include "gcc.hpp"

namespace throng::preempt {

struct Count {
  int entry = 0, memory = 0, local = 0, strips = 0, skipped = 0;
};

// Appends to the file of this name, or goes to stderr if that is its name.
void report(::function* fun, const Count& count, bool stub, const std::string& name);

}  // namespace throng::preempt
