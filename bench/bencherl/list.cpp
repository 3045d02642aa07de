// Names, defaults and definitions. The values are those that are published for the short form, of ets_test
// for the intermediate one.
#include "list.hpp"

namespace throng_bench {
namespace {

constexpr Parameter of_ets_test[] = {{"writers", 32}, {"readers", 32}};
constexpr Parameter of_genstress[] = {{"queue", 500}};
constexpr Parameter of_orbit_int[] = {{"generators", 13}};
constexpr Parameter of_pcmark[] = {{"size", 200}};
constexpr Parameter of_ran[] = {{"numbers", 100'000}};
constexpr Parameter of_serialmsg[] = {{"length", 2000}};

constexpr Scenario all[] = {
    {"bang", "N messages by each of the processes to one; until it has them; per message", 1000, 1000, bang},
    {"big", "N processes that each ping all, and answer; until all have their pongs; per message", 500, 0,
     big},
    {"ehb", "groups of 20 processes that send N messages each to 20 others; until all have them; per message",
     250, 50, ehb},
    {"ets_test", "N keys of a table, twice by each writer and reader; until all are through; per access", 157,
     0, ets_test, of_ets_test},
    {"genstress_proc_call", "N calls by messages by each of the processes, over full queues; per call", 200,
     1000, genstress_proc_call, of_genstress},
    {"genstress_gen_call", "the same by calls of a server that has a name", 200, 1000, genstress_gen_call,
     of_genstress},
    {"mbrot", "N x N points of the Mandelbrot set, by each of the processes; per point", 100, 200, mbrot},
    {"orbit_int", "what generators reach in N numbers, a table's part a process; per image", 700, 100,
     orbit_int, of_orbit_int},
    {"orbit_int_spawning", "the same with a process for each image", 700, 100, orbit_int_spawning,
     of_orbit_int},
    {"parallel", "N looks at the clock by each of the processes, kept; per look", 20'000, 256, parallel},
    {"pcmark", "N processes, so many at a time, that each add 1 to all values of five tables; per value", 500,
     500, pcmark, of_pcmark},
    {"ran", "the median of random numbers, by each of N processes; per number", 30, 0, ran, of_ran},
    {"serialmsg", "N arrays by each of the processes to a receiver, all through one process; per array", 1000,
     100, serialmsg, of_serialmsg},
    {"timer_wheel", "N processes that ping each other and wait with a time-out; per ping", 1000, 0,
     timer_wheel},
    {"timer_no_wheel", "the same without a time-out", 1000, 0, timer_no_wheel},
};

}  // namespace

std::span<const Scenario> scenarios() { return all; }

}  // namespace throng_bench
