// expect: throng: a policy's data of a runnable must be plain: it is zeroed, and never destroyed
// A type with a destructor, which nobody would call.
#include <string>
#include <throng/scheduler/policy.hpp>

std::string& name(throng::Runnable& runnable) { return runnable.data<std::string>(); }
