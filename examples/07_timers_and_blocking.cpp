// 7. Time, and calls that block. A process waits without holding a thread: timers send messages, sleep() only
// parks the process. What really blocks a thread (files, foreign libraries) goes through blocking().
#include <cassert>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <throng/throng.hpp>

using namespace throng;

struct Tick {
  int number;
};
struct Never {};

// Stands for a library that does not know of processes. Runs on a thread that may wait.
std::string slow_lookup(const std::string& name) {
  std::this_thread::sleep_for(20ms);
  if (name.empty()) throw std::invalid_argument("a name is needed");
  return name + " found";
}

int main() {
  return run([] {
    // A timer sends a message, never early.
    auto begin = Clock::now();
    send_after(10ms, self(), Tick{1});
    assert(receive<Tick>().number == 1);
    assert(Clock::now() - begin >= 10ms);

    // It can be asked and taken back; what is left tells that it had not fired.
    TimerId far = send_after(1h, self(), Never{});
    assert(read_timer(far).value() > 59min);
    assert(cancel(far).value() > 59min);
    assert(!cancel(far) && !read_timer(far));

    // While this process waits for the lookup, its worker runs others: they need not wait.
    spawn([](Pid to) { send(to, Tick{2}); }, self());
    std::string found = blocking(slow_lookup, "throng");
    assert(found == "throng found");
    assert(receive<Tick>().number == 2);

    // What the function throws is thrown here.
    bool failed = false;
    try {
      blocking(slow_lookup, "");
    } catch (const std::invalid_argument&) {
      failed = true;
    }
    assert(failed);

    // A killed process ends at once for everybody; the function runs on to its end, unheard.
    auto [pid, watch] = spawn_monitor([] { blocking(slow_lookup, "nobody"); });
    exit(pid, ExitReason::kill);
    Down down = receive<Down>();
    assert(down.monitor == watch && down.reason == ExitReason::killed);
    std::puts(found.c_str());
  });
}
