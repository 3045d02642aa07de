// expect: throng: a policy's data of a runnable is at most 32 bytes, aligned to 8
// More than a runnable has room for.
#include <throng/scheduler/policy.hpp>

struct History {
  int uses[100];
};

int first(throng::Runnable& runnable) { return runnable.data<History>().uses[0]; }
