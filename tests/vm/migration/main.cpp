// The same checks as a program, for the builds that differ from the tests' own: see body.hpp.
#include "body.hpp"

int main() { return count_migration_failures(2'000) == 0 ? 0 : 1; }
