// expect: throng: this server's Protocol does not list this message
// A call by name of a message that belongs to another server.
#include "counter.hpp"

struct Stranger {
  using Reply = int;
};

int use(const throng::ServerName<Counter>& counter) { return counter.call(Stranger{}); }
