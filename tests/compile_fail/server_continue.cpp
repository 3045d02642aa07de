// expect: throng: continue_with() needs a handle_continue taking this message
// A continue that nobody takes.
#include "counter.hpp"

void use(Counter& counter) { throng::gen_server::continue_with(counter, 1); }
