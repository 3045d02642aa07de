// An idle runtime costs nothing: no tick, no polling, no timer that nobody started. Ten seconds are the
// definition of the promise; the processor time that passes meanwhile is what is checked. Runs alone, in a
// ctest entry of its own (label idle).
#include <doctest/doctest.h>

#include <sys/resource.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <throng/base/config.hpp>
#include <throng/vm/inspect.hpp>
#include <throng/vm/process.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/rest.hpp>
#include <throng/vm/runtime.hpp>
#include <vector>

namespace {

using namespace throng;

constexpr int waiting_processes = 100'000;
constexpr auto idle_time = std::chrono::seconds(10);
constexpr double most_cpu_seconds = 0.005;

struct Leave {};

void wait_on_a_stack() { receive<Leave>(); }

auto wait_at_rest() {
  return rest(0, [](int&, Leave) { exit(ExitReason::normal); });
}

// Half of each kind. Returns when all of them wait.
std::vector<Pid> start_waiting() {
  std::vector<Pid> pids;
  for (int i = 0; i < waiting_processes; ++i)
    pids.push_back(i % 2 == 0 ? spawn(wait_on_a_stack) : spawn(wait_at_rest));
  for (Pid pid : pids) {
    while (process_brief(pid)->status != ProcessStatus::waiting) yield();
  }
  return pids;
}

void dismiss(const std::vector<Pid>& pids) {
  for (Pid pid : pids) monitor(pid);
  for (Pid pid : pids) send(pid, Leave{});
  for (std::size_t i = 0; i < pids.size(); ++i) receive<Down>();
}

double cpu_seconds(int whose) {
  rusage usage{};
  ::getrusage(whose, &usage);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Of the whole process but for the calling thread, the host's. It wakes once, to measure, and on a machine
// that scans idle memory even that costs milliseconds, with or without a runtime.
double cpu_seconds_of_others() { return cpu_seconds(RUSAGE_SELF) - cpu_seconds(RUSAGE_THREAD); }

}  // namespace

TEST_CASE("ten idle seconds with 100,000 waiting processes and 2 workers cost less than 0.005 CPU seconds") {
  if (THRONG_ASAN != 0 || THRONG_TSAN != 0) {
    MESSAGE("not under a sanitizer, which has threads and costs of its own");
    return;
  }
  RuntimeOptions options;
  options.workers = 2;
  Runtime runtime(options);
  std::vector<Pid> pids = runtime.run(start_waiting);
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  double before = cpu_seconds_of_others();
  never.wait_for(lock, idle_time, [] { return false; });
  double used = cpu_seconds_of_others() - before;
  MESSAGE(used << " CPU seconds");
  CHECK(used < most_cpu_seconds);
  CHECK(runtime.info().processes == waiting_processes);  // they did wait
  runtime.run(dismiss, pids);
  CHECK(runtime.stop(std::chrono::seconds(5)).overstayed.empty());
}
