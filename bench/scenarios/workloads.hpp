// The workloads by name; each is defined where it is listed (workloads.cpp).
#pragma once

#include "scenario.hpp"

namespace throng_bench {

Outcome spawn_exit(throng::Runtime& runtime, const Parameters& parameters);
Outcome spawn_live(throng::Runtime& runtime, const Parameters& parameters);
Outcome spawn_parked(throng::Runtime& runtime, const Parameters& parameters);
Outcome ping_pong(throng::Runtime& runtime, const Parameters& parameters);
Outcome ring(throng::Runtime& runtime, const Parameters& parameters);
Outcome skynet(throng::Runtime& runtime, const Parameters& parameters);
Outcome fan_in(throng::Runtime& runtime, const Parameters& parameters);
Outcome big(throng::Runtime& runtime, const Parameters& parameters);
Outcome chameneos(throng::Runtime& runtime, const Parameters& parameters);
Outcome gen_call(throng::Runtime& runtime, const Parameters& parameters);
Outcome selective(throng::Runtime& runtime, const Parameters& parameters);
Outcome selective_request(throng::Runtime& runtime, const Parameters& parameters);
Outcome selective_await(throng::Runtime& runtime, const Parameters& parameters);
Outcome selective_agent(throng::Runtime& runtime, const Parameters& parameters);
Outcome selective_start(throng::Runtime& runtime, const Parameters& parameters);
Outcome fib(throng::Runtime& runtime, const Parameters& parameters);
Outcome timers(throng::Runtime& runtime, const Parameters& parameters);
Outcome timer_cancel(throng::Runtime& runtime, const Parameters& parameters);
Outcome mailbox(throng::Runtime& runtime, const Parameters& parameters);
Outcome hog_latency(throng::Runtime& runtime, const Parameters& parameters);
Outcome hog_latency_plain(throng::Runtime& runtime, const Parameters& parameters);
Outcome pauses(throng::Runtime& runtime, const Parameters& parameters);
Outcome idle(throng::Runtime& runtime, const Parameters& parameters);
Outcome link_unlink(throng::Runtime& runtime, const Parameters& parameters);
Outcome monitor_death(throng::Runtime& runtime, const Parameters& parameters);
Outcome names(throng::Runtime& runtime, const Parameters& parameters);
Outcome supervision(throng::Runtime& runtime, const Parameters& parameters);

}  // namespace throng_bench
