// What the tests of faulty policies share: a crowd of runnables that must all come through, and the one
// report that must be there.
#pragma once

#include "policies.hpp"

namespace policies_test {

inline constexpr std::size_t enough = 200;
inline constexpr const char* own_words = "its own words";  // what a policy adds to reports by dump()
inline constexpr int times = 50;

// Long enough for a thread that is off its CPU in the middle of a policy's call on a loaded machine: that
// must not be taken for the fault.
inline constexpr std::int64_t half_a_second = 500'000'000;

// Many items on their way under a policy, until it is thrown out; then under the built-in queues.
struct Crowd {
  Crowd(PolicyFactory policy, unsigned workers, std::int64_t limit)
      : scheduler(options_of(reports, std::move(policy), workers, limit)) {
    scheduler.start();
    for (std::size_t i = 0; i < enough; ++i) all.emplace_back(times, &done);
    for (Item& item : all) scheduler.wake(item);
  }
  bool are_through(int but = 0) { return done.wait_for(static_cast<int>(enough) - but); }
  void stop() {
    scheduler.stop();
    for (Item& item : all) CHECK(item.ran() == times);
  }

  Reports reports;
  Count done;
  std::deque<Item> all;
  Scheduler scheduler;

 private:
  static SchedulerSetup options_of(Reports& reports, PolicyFactory policy, unsigned workers,
                                   std::int64_t limit) {
    SchedulerSetup options = reporting_to(reports, setup(workers, std::move(policy)));
    options.policy_limit = limit;
    return options;
  }
};

// The report.
inline std::string survives(PolicyFactory policy, unsigned workers = 2,
                            std::int64_t limit = 10 * half_a_second) {
  Crowd crowd(std::move(policy), workers, limit);
  CHECK(crowd.are_through());
  std::string report = crowd.reports.wait();
  crowd.stop();
  CHECK(crowd.reports.count() == 1);
  return report;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Goes wrong at the hundredth call, once.
class Fault : public Fifo {
 protected:
  bool is_time() { return ++calls_ == 100; }

 private:
  int calls_ = 0;
};

}  // namespace policies_test
