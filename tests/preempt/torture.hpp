// Programs that checks could break, each with one result that never varies. Run on any thread, also within a
// process.
#pragma once

#include <string>

namespace torture {

std::string language();  // control flow: exceptions, coroutines, gotos, longjmp, recursion
std::string numbers();   // values in registers: vectors, x87, 128 bits, many at once
std::string counted();   // loops that know how often they run
std::string library();   // what the standard library compiles into a program: regex, maps, sorting
std::string threads();   // several threads at a time; it blocks its own until they end

}  // namespace torture
