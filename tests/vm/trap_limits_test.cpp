// Limits that are reached: processes, stacks, address space, threads. The one who asked for too much is told
// which limit it was and what to raise; everybody else goes on.
#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <throng/base/config.hpp>
#include <throng/vm/inspect.hpp>
#include <throng/vm/process.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/runtime.hpp>
#include <vector>

namespace {

using namespace throng;

struct Leave {};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void stay() { receive<Leave>(); }

RuntimeOptions quiet(std::size_t max_processes) {
  RuntimeOptions options;
  options.workers = 2;
  options.max_processes = max_processes;
  options.report_crashes = false;
  return options;
}

struct Reached {
  int children = 0;
  std::string sentence;
  bool goes_on = false;
  int again = 0;  // children that could be had in place of as many that left
};

std::vector<Spawned> spawn_until_refused(std::string& sentence) {
  std::vector<Spawned> children;
  try {
    for (;;) children.push_back(spawn_monitor(stay));
  } catch (const LimitReached& error) {
    sentence = error.what();
  }
  return children;
}

Reached reach_the_limit() {
  Reached reached;
  std::vector<Spawned> children = spawn_until_refused(reached.sentence);
  reached.children = static_cast<int>(children.size());
  for (const Spawned& child : children) send(child.process, Leave{});
  reached.goes_on = true;
  for (std::size_t i = 0; i < children.size(); ++i) reached.goes_on &= receive<Down>().reason.is_normal();
  std::string sentence;
  children = spawn_until_refused(sentence);
  reached.again = static_cast<int>(children.size());
  for (const Spawned& child : children) exit(child.process, ExitReason::kill);
  return reached;
}

}  // namespace

TEST_CASE("the process limit: LimitReached, which names the option; whoever leaves makes room again") {
  for (int limit : {1, 2, 10, 100, 1'000}) {
    CAPTURE(limit);
    Runtime runtime(quiet(static_cast<std::size_t>(limit)));
    Reached reached = runtime.run(reach_the_limit);
    CHECK(reached.children == limit - 1);  // and the one that spawns them
    CHECK(contains(reached.sentence, "all " + std::to_string(limit) + " processes are in use"));
    CHECK(contains(reached.sentence, "raise RuntimeOptions::max_processes"));
    CHECK(reached.goes_on);
    CHECK(reached.again == limit - 1);
    CHECK(runtime.stop(5s).overstayed.empty());
  }
}

TEST_CASE("the process limit on the host's side: spawn and run throw LimitReached, and work again later") {
  Runtime runtime(quiet(1));
  Pid only = runtime.spawn(stay);
  std::string sentence;
  try {
    runtime.spawn(stay);
  } catch (const LimitReached& error) {
    sentence = error.what();
  }
  CHECK(contains(sentence, "raise RuntimeOptions::max_processes"));
  CHECK_THROWS_AS(runtime.run([] { return 7; }), LimitReached);
  runtime.send(only, Leave{});
  // Nobody inside could tell us when it has left: that would take a second process.
  while (runtime.info().processes > 0) std::this_thread::yield();
  CHECK(runtime.run([] { return 7; }) == 7);
}

// Sanitizers keep a shadow of all address space: large stacks fill memory there, and no limit leaves them
// room.
#if !THRONG_ASAN && !THRONG_TSAN
namespace {

struct Starved {
  int refused = 0;
  std::string text;
  bool goes_on = true;
};

// The larger the stacks, the fewer fit into the address space that is set aside for their size.
Starved spawn_with_large_stacks(int most) {
  Starved starved;
  int stay_or_fail = 0;
  auto take = [&](const Down& down) {
    --stay_or_fail;
    if (!down.reason.is_error()) return;
    starved.text = down.reason.text();
    ++starved.refused;
  };
  std::vector<Pid> children;
  while (stay_or_fail < most && starved.refused == 0) {
    children.push_back(spawn_monitor({.stack_size = std::size_t{128} << 20}, stay).process);
    ++stay_or_fail;
    yield();
    if (std::optional<Down> down = receive<Down>(0ms)) take(*down);
  }
  Monitor other = spawn_monitor([] {}).monitor;
  receive(when([=](const Down& down) { return down.monitor == other; },
               [&](const Down& down) { starved.goes_on = down.reason.is_normal(); }));
  for (Pid child : children) send(child, Leave{});
  while (stay_or_fail > 0) take(receive<Down>());
  return starved;
}

}  // namespace

TEST_CASE("no stack for a process: it ends with an error that says what to change, the others go on") {
  Runtime runtime(quiet(10'000));
  Starved starved = runtime.run(spawn_with_large_stacks, 9'000);
  CHECK(starved.refused > 0);
  CHECK(contains(starved.text, "no stack for the process"));
  CHECK(contains(starved.text, "raise RuntimeOptions::max_processes or lower stack_size"));
  CHECK(starved.goes_on);
}

namespace {

std::size_t address_space_in_use() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  file >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// Runs `body` in a child of the test with `more` bytes of address space to take; its exit code, or -1.
template <class Body>
int in_a_child_with(std::size_t more, Body body) {
  std::fflush(nullptr);
  pid_t child = ::fork();
  if (child == 0) {
    std::size_t most = address_space_in_use() + more;
    rlimit limit{most, most};
    if (::setrlimit(RLIMIT_AS, &limit) != 0) ::_exit(99);
    ::_exit(body());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int refuse_to_start() {
  try {
    Runtime runtime(quiet(std::size_t{1} << 20));
    return 1;
  } catch (const std::system_error& error) {
    bool says_what = contains(error.what(), "ulimit -v") || contains(error.what(), "ulimit -u");
    return says_what && contains(error.what(), "throng: ") ? 0 : 2;
  }
}

}  // namespace

TEST_CASE("no address space: the runtime is refused with a sentence that names the limit to raise") {
  CHECK(in_a_child_with(std::size_t{1} << 20, refuse_to_start) == 0);
  CHECK(in_a_child_with(std::size_t{64} << 20, refuse_to_start) == 0);
}

namespace {

// A small runtime in little address space: whatever can't be had, nobody else is harmed by it.
int start_small() {
  try {
    Runtime runtime(quiet(1'000));
    return runtime.run([] { return 7; }) == 7 ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}

}  // namespace

TEST_CASE("a small runtime fits into little address space") {
  CHECK(in_a_child_with(std::size_t{512} << 20, start_small) == 0);
}
#endif
