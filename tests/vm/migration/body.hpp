// What must hold for a process after it has moved to another worker, checked with one and the same code in
// three builds: in an executable, in a shared library, and with link-time optimization.
#pragma once

// Makes a runtime of its own. Returns how many expectations failed, each with a line on stderr.
int count_migration_failures(int hops);
