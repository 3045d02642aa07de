// timers, timer_cancel, idle and hog_latency: what waiting for the clock costs, waiting for nothing, and what
// loops without end do to others. Boost.Fiber has no timers: a fiber that sleeps is one.
#include <atomic>
#include <deque>

#include "fibers.hpp"
#include "work.hpp"

namespace rival {
namespace {

using std::chrono::milliseconds;

// -- timers

struct Due {
  Clock::time_point when;
};

Outcome run_timers(std::size_t count) {
  Outcome outcome;
  Samples late;
  late.reserve(count);
  Channel<Due> mailbox(room_for(10'000));
  fibers::fiber receiver = spawn([&] {
    while (late.size() < count) {
      const Due due = mailbox.value_pop();
      late.push_back((Clock::now() - due.when).count());
    }
  });
  Stopwatch watch;
  for (std::size_t i = 0; i < count; ++i) {
    const Due due{Clock::now() + timer_span(i)};
    spawn([due, &mailbox] {
      boost::this_fiber::sleep_until(due.when);
      mailbox.push(due);
    }).detach();
  }
  outcome.operations = count;
  outcome.nanoseconds = watch.nanoseconds();
  receiver.join();
  add_lateness(outcome, late);
  return outcome;
}

// -- timer_cancel: a fiber waits 60 s for its order to end.

struct Alarm {
  Channel<int> orders{2};
  bool cancelled = false;
  fibers::fiber fiber{};
};

Outcome run_timer_cancel(std::size_t count) {
  Outcome outcome;
  std::deque<Alarm> alarms(count);
  Stopwatch watch;
  for (Alarm& alarm : alarms)
    alarm.fiber = spawn([&alarm] {
      int order = 0;
      const auto status = alarm.orders.pop_wait_for(order, std::chrono::seconds(60));
      alarm.cancelled = status == fibers::channel_op_status::success;
    });
  const double starting = watch.nanoseconds();
  for (Alarm& alarm : alarms) alarm.orders.push(0);
  for (Alarm& alarm : alarms) alarm.fiber.join();
  outcome.operations = count;
  outcome.nanoseconds = watch.nanoseconds();
  for (const Alarm& alarm : alarms) require(alarm.cancelled, "a timer could not be cancelled");
  outcome.extra["start_ns"] = starting / static_cast<double>(count);
  outcome.extra["cancel_ns"] = (outcome.nanoseconds - starting) / static_cast<double>(count);
  return outcome;
}

// -- idle

Outcome run_idle(std::size_t count, std::chrono::nanoseconds span) {
  std::deque<Channel<int>> mailboxes;
  for (std::size_t i = 0; i < count; ++i) mailboxes.emplace_back(2);
  std::atomic<std::size_t> woken{0};
  Group group;
  for (Channel<int>& mailbox : mailboxes)
    group.push_back(spawn([&mailbox, &woken] {
      mailbox.value_pop();
      woken.fetch_add(1, std::memory_order_relaxed);  // relaxed: read after all are joined
    }));
  const double before = cpu_seconds();
  boost::this_fiber::sleep_for(span);
  const double used = cpu_seconds() - before;
  require(woken == 0, "a process that waits has been woken");
  for (Channel<int>& mailbox : mailboxes) mailbox.push(0);
  join_all(group);
  require(woken == count, "a process that waits has gone");
  Outcome outcome;
  outcome.operations = count;
  outcome.nanoseconds = used * 1e9;
  outcome.extra["idle_cpu_seconds"] = used;
  return outcome;
}

// -- hog_latency

void measure_trips(HogLatency& latency) {
  Channel<bool> pings(2), pongs(2);
  fibers::fiber partner = spawn([&] {
    while (pings.value_pop()) pongs.push(true);
  });
  const auto begin = Clock::now();
  for (auto last = begin; latency.goes_on(begin, last);) {
    pings.push(true);
    pongs.value_pop();
    const auto now = Clock::now();
    latency.trips.push_back((now - last).count());
    last = now;
  }
  pings.push(false);
  partner.join();
}

// By how much each tick of a millisecond comes too late, measured from the one before it.
void measure_ticks(HogLatency& latency) {
  const auto begin = Clock::now();
  for (auto last = begin; latency.goes_on(begin, last);) {
    boost::this_fiber::sleep_for(milliseconds(1));
    const auto now = Clock::now();
    latency.late.push_back((now - last - milliseconds(1)).count());
    last = now;
  }
}

void measure_beside_hogs(HogLatency& latency, std::size_t hogs) {
  Group group;
  // Not at once like the others: the first would not let the root start a second.
  for (std::size_t i = 0; i < hogs; ++i)
    group.push_back(fibers::fiber(fibers::launch::post, std::allocator_arg,
                                  fibers::fixedsize_stack(stack_bytes), [&latency] { latency.loop(); }));
  boost::this_fiber::sleep_for(milliseconds(20));  // until all of them run
  Group measuring;
  measuring.push_back(spawn([&] { measure_trips(latency); }));
  measuring.push_back(spawn([&] { measure_ticks(latency); }));
  join_all(measuring);
  latency.stop();
  join_all(group);
}

}  // namespace

Outcome timers(const Parameters& parameters) {
  return run_in_fibers(parameters, [&] { return run_timers(parameters.count); });
}

Outcome timer_cancel(const Parameters& parameters) {
  return run_in_fibers(parameters, [&] { return run_timer_cancel(parameters.count); });
}

Outcome idle(const Parameters& parameters) {
  const std::chrono::duration<double> span(parameters["seconds"]);
  return run_in_fibers(parameters, [&] {
    return run_idle(parameters.count, std::chrono::duration_cast<std::chrono::nanoseconds>(span));
  });
}

Outcome hog_latency(const Parameters& parameters) {
  HogLatency latency{milliseconds(parameters.count)};
  return run_in_fibers(parameters, [&] {
    measure_beside_hogs(latency, parameters.processes);
    return latency.outcome();
  });
}

}  // namespace rival
