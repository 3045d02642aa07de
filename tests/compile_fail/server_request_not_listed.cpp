// expect: throng: this server's Protocol does not list this message
// A request of a message that belongs to another server.
#include "counter.hpp"

struct Stranger {
  using Reply = int;
};

void use(throng::ServerRef<Counter> counter) { counter.send_request(Stranger{}); }
