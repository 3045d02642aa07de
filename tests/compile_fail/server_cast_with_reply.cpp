// expect: throng: cast() would lose the message's Reply; use call()
// A cast of what is a call.
#include "counter.hpp"

void use(throng::ServerRef<Counter> counter) { counter.cast(Counter::Get{}); }
