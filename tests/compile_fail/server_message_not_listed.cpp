// expect: throng: this server's Protocol does not list this message
// A cast of a message that belongs to another server.
#include "counter.hpp"

struct Stranger {};

void use(throng::ServerRef<Counter> counter) { counter.cast(Stranger{}); }
