// What the semantics tests share: small messages, waits that have a bound, and runtimes whose processes may
// crash on purpose. A wait that runs out ends the waiting process with an error, so that Runtime::run throws
// and the test fails on the host thread; nothing here asserts anywhere else.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <throng/simulation.hpp>
#include <throng/throng.hpp>
#include <utility>
#include <vector>

namespace doctest {
template <>
struct StringMaker<throng::ExitReason> {
  static String convert(const throng::ExitReason& reason) { return reason.text().c_str(); }
};
}  // namespace doctest

namespace semantics {

using namespace throng;

// How long anything may take that must happen: long enough for a loaded machine under a sanitizer.
inline constexpr auto patience = 20s;

struct Go {};
struct Done {};
struct Never {};  // nobody sends it
struct Number {
  int value = 0;
};
struct Hello {
  Pid from;
};
struct Text {
  std::string value;
};
// What an observer is told about the end or the exit signal that another process saw.
struct Seen {
  Pid from;
  ExitReason reason;
};

inline const bool is_simulated = std::getenv("THRONG_SIMULATE") != nullptr;

// How often a test tries what real threads must get many chances for. Under simulation each seed is another
// order, so fewer are enough, and more seeds can be run instead.
inline int repetitions(int for_threads) { return is_simulated ? std::max(for_threads / 10, 1) : for_threads; }

// Simulated, with the seed that THRONG_SIMULATE says, if it says one: the same tests then run in virtual time
// and in an order of that seed. tests/simulation/ has the list of those that can.
inline RuntimeOptions quiet(unsigned workers) {
  RuntimeOptions options;
  options.workers = workers;
  options.report_crashes = false;
  if (const char* seed = std::getenv("THRONG_SIMULATE")) {
    simulation::Options simulated;
    simulated.seed = std::strtoull(seed, nullptr, 10);
    simulated.max_steps = 20'000'000;
    simulation::simulate(options, simulated);
  }
  return options;
}

template <class M>
M expect() {
  std::optional<M> message = receive<M>(patience);
  if (!message) throw std::runtime_error("a message that must come did not come in time");
  return std::move(*message);
}

template <class M, class Guard>
M expect_if(Guard guard) {
  std::optional<M> message =
      receive(when(guard, [](M&& found) { return std::optional<M>(std::move(found)); }),
              after(patience, [] { return std::optional<M>(); }));
  if (!message) throw std::runtime_error("a message that must come did not come in time");
  return std::move(*message);
}

inline Down expect_down(Monitor monitor) {
  return expect_if<Down>([monitor](const Down& down) { return down.monitor == monitor; });
}

inline Exit expect_exit(Pid from) {
  return expect_if<Exit>([from](const Exit& exit) { return exit.from == from; });
}

// Takes one that has arrived.
template <class M>
bool take_queued() {
  return receive<M>(0ms).has_value();
}

template <class M>
int count_queued() {
  int count = 0;
  while (receive<M>(0ms)) ++count;
  return count;
}

inline ProcessInfo info_of(Pid process) {
  std::optional<ProcessInfo> info = process_info(process);
  if (!info) throw std::runtime_error("a process that must live does not");
  return std::move(*info);
}

inline std::size_t queue_length() { return info_of(self()).message_queue_len; }

inline Down wait_for_end(Pid process) { return expect_down(monitor(process)); }

// How a body ends when nobody interferes.
template <class F, class... Args>
ExitReason reason_of(F&& body, Args&&... args) {
  return expect_down(spawn_monitor(std::forward<F>(body), std::forward<Args>(args)...).monitor).reason;
}

// A process that has ended, and those who could watch have been told.
inline Pid dead_process() {
  auto [process, watch] = spawn_monitor([] {});
  expect_down(watch);
  return process;
}

inline Pid waiting_process() {
  return spawn([] { receive<Go>(); });
}

// Lets others run until the condition holds.
template <class Condition>
void yield_until(Condition condition) {
  auto deadline = Clock::now() + patience;
  while (!condition()) {
    if (Clock::now() > deadline) throw std::runtime_error("a state that must come did not come in time");
    yield();
  }
}

// Stays away from the runtime until the condition holds: keeps its worker. False: it did not hold in time.
template <class Condition>
bool spin_until(Condition condition) {
  auto deadline = Clock::now() + patience;
  while (!condition()) {
    if (Clock::now() > deadline) return false;
  }
  return true;
}

// Between a host thread, or a function of blocking(), and processes.
class Gate {
 public:
  void open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  // False: it was not opened in time.
  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

// A message that counts its end, however often it was moved.
class Witness {
 public:
  static constexpr bool sendable = true;
  explicit Witness(std::atomic<int>& ended) : ended_(&ended) {}
  Witness(Witness&& other) noexcept : ended_(std::exchange(other.ended_, nullptr)) {}
  Witness& operator=(Witness&&) = delete;
  ~Witness() {
    if (ended_ != nullptr) ended_->fetch_add(1);
  }

 private:
  std::atomic<int>* ended_;
};

// Runs the test on one worker, where everything takes turns, and on two, where it may happen at once.
template <class F>
void on_one_and_two_workers(F test) {
  for (unsigned workers : {1U, 2U}) {
    CAPTURE(workers);
    Runtime runtime(quiet(workers));
    test(runtime);
  }
}

inline std::vector<int> numbers_up_to(int end) {
  std::vector<int> numbers;
  for (int i = 0; i < end; ++i) numbers.push_back(i);
  return numbers;
}

}  // namespace semantics
