// Prints the results of all parts.
#include <cstdio>

#include "torture.hpp"

int main() {
  std::fputs(torture::language().c_str(), stdout);
  std::fputs(torture::numbers().c_str(), stdout);
  std::fputs(torture::counted().c_str(), stdout);
  std::fputs(torture::library().c_str(), stdout);
  std::fputs(torture::threads().c_str(), stdout);
  return 0;
}
