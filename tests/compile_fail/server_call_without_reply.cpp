// expect: throng: call() needs a message with a Reply; use cast()
// A call of what is a cast.
#include "counter.hpp"

void use(throng::ServerRef<Counter> counter) { counter.call(Counter::Add{1}); }
