// The workloads by name, and what each runtime's folder must define: them, and the two functions below.
#pragma once

#include "rival.hpp"

namespace rival {

// "Boost.Fiber 1.74", as the usage says it.
std::string_view runtime_name();

// Changes in a workload of the common list what is this runtime's own: further parameters, other defaults.
void adapt(Workload& workload);

Outcome spawn_exit(const Parameters& parameters);
Outcome spawn_live(const Parameters& parameters);
Outcome spawn_parked(const Parameters& parameters);
Outcome ping_pong(const Parameters& parameters);
Outcome ring(const Parameters& parameters);
Outcome skynet(const Parameters& parameters);
Outcome fan_in(const Parameters& parameters);
Outcome big(const Parameters& parameters);
Outcome chameneos(const Parameters& parameters);
Outcome gen_call(const Parameters& parameters);
Outcome selective(const Parameters& parameters);
Outcome fib(const Parameters& parameters);
Outcome timers(const Parameters& parameters);
Outcome timer_cancel(const Parameters& parameters);
Outcome mailbox(const Parameters& parameters);
Outcome hog_latency(const Parameters& parameters);
Outcome idle(const Parameters& parameters);

}  // namespace rival
