// Loops that are counted before they run, for g++. Used by gcc_plugin.cpp alone.
//
// A loop whose number of iterations is known where it is entered is charged for a strip of them at once, and
// its own test asks for the end of the strip instead of the end of the loop. So an iteration costs what it
// costs without checks. Behind the test, a strip that was not the last is followed by the next.
//
// 1. The number is exact, and what is tested changes by one constant. So within a strip the test finds no
// other value equal to the strip's end, and behind the last strip the loop's own test would have held.
// 2. A loop with another exit is none: it would have been charged for what it did not do.
#pragma once

#include <optional>

#include "gcc_checks.hpp"

namespace throng::preempt {

struct Strips {
  class loop* natural = nullptr;
  edge exit = nullptr;          // the only one; its test is passed in every iteration
  tree tested = NULL_TREE;      // in the loop
  tree first = NULL_TREE;       // what is tested first, in terms of what is known before the loop
  tree step = NULL_TREE;        // a constant, in an unsigned type as wide as what is tested
  tree iterations = NULL_TREE;  // how often the test fails
};

// Asks while the function is as it was, with dominators and an analysis of its inductions.
std::optional<Strips> strips_of(class loop* natural);

// `entry` is the only edge into the loop.
void insert_strips(const Strips& strips, edge entry, const CheckForm& form);

}  // namespace throng::preempt
