// expect: throng: the answer does not convert to the message's Reply
// An answer given later, of a wrong type.
#include "counter.hpp"

void use(throng::From<Counter::Get> from) { from.reply("one"); }
