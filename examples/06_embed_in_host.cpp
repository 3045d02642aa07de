// 6. A runtime inside a program that is not about processes. A Runtime is an object: make one or several,
// each with its own workers, hand in work from any host thread, stop it when you like. Nothing is global.
#include <cassert>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <throng/throng.hpp>

using namespace throng;

struct Job {
  int number;
};
struct Finish {};

int sum_of(int count) {
  Pid me = self();
  Pid adder = spawn(
      [](Pid owner) {
        int sum = 0;
        bool more = true;
        while (more) receive([&](Job job) { sum += job.number; }, [&](Finish) { more = false; });
        send(owner, sum);
      },
      me);
  for (int i = 1; i <= count; ++i) send(adder, Job{i});
  send(adder, Finish{});
  return receive<int>();
}

int main() {
  RuntimeOptions quiet;
  quiet.workers = 2;
  quiet.report_crashes = false;  // no line on stderr for the crash below
  Runtime runtime(quiet);

  // A host thread waits for a process and gets its value.
  int sum = runtime.run(sum_of, 100);
  assert(sum == 5050);

  // What ended a process comes back as an exception.
  std::string reason;
  try {
    runtime.run([] { throw std::runtime_error("no luck"); });
  } catch (const ProcessExited& exited) {
    reason = exited.reason().text();
  }
  assert(reason.find("no luck") != std::string::npos);

  // Start and forget, and talk to it from here.
  Pid listener = runtime.spawn([] { receive<Finish>(); });
  runtime.send(listener, Finish{});

  // The end: everybody gets `shutdown`, then `kill`, and who did not obey in time is named.
  ShutdownReport report = runtime.stop(5s);
  assert(report.overstayed.empty());

  // No threads at all: a program with a loop of its own turns the crank with poll().
  RuntimeOptions cranked;
  cranked.workers = 0;
  Runtime inside(cranked);
  inside.spawn([] { assert(sum_of(10) == 55); });
  while (inside.info().processes > 0) inside.poll();
  std::printf("sum %d\n", sum);
}
