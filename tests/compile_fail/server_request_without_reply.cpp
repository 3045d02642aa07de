// expect: throng: call() needs a message with a Reply; use cast()
// A request of what is a cast.
#include "counter.hpp"

void use(throng::ServerRef<Counter> counter) { counter.send_request(Counter::Add{1}); }
