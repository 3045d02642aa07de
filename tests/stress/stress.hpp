// What the stress tests share: the seed, which they print, how large they are, random numbers for processes,
// violations that any thread may report, and a watchdog that ends a test in which nothing moves on.
//
// THRONG_STRESS_SEED repeats a run's choices (not its interleavings); THRONG_STRESS_SCALE multiplies counts.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <throng/throng.hpp>

namespace throng_stress {

// Splitmix: eight bytes of state, so that every process can have its own.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

inline std::uint64_t announced_seed(const char* test) {
  const char* given = std::getenv("THRONG_STRESS_SEED");
  std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::printf("%s: THRONG_STRESS_SEED=%llu\n", test, static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  return seed;
}

inline int scaled(int count) {
  const char* given = std::getenv("THRONG_STRESS_SCALE");
  double scale = given != nullptr ? std::strtod(given, nullptr) : 1.0;
  return std::max(1, static_cast<int>(count * scale));
}

// How long a test goes on that is not about counts: as `scaled`.
inline std::chrono::duration<double> scaled_time(double seconds) {
  const char* given = std::getenv("THRONG_STRESS_SCALE");
  return std::chrono::duration<double>(seconds * (given != nullptr ? std::strtod(given, nullptr) : 1.0));
}

// Counted up by whatever a test does, for the watchdog.
inline std::atomic<std::uint64_t> progress{0};

inline std::atomic<int> violations{0};
// Of a rule that the test holds the runtime to. Thread: any; the host checks the count.
inline void violated(const std::string& sentence) {
  if (violations++ < 10) std::fprintf(stderr, "violated: %s\n", sentence.c_str());
}

// Ends the program with a diagnosis when `progress` has not changed for 20 seconds.
class Watchdog {
 public:
  explicit Watchdog(const throng::Runtime& runtime) : runtime_(runtime), thread_([this] { watch(); }) {}
  ~Watchdog() {
    {
      std::lock_guard lock(mutex_);
      done_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

 private:
  static constexpr auto patience = std::chrono::seconds(20);

  void watch() {
    std::unique_lock lock(mutex_);
    for (;;) {
      std::uint64_t before = progress;
      if (changed_.wait_for(lock, patience, [this] { return done_; })) return;
      if (progress == before) bark(before);
    }
  }
  [[noreturn]] void bark(std::uint64_t at) const {
    throng::RuntimeInfo info = runtime_.info();
    std::fprintf(stderr,
                 "no progress for 20 s after %llu steps: %zu processes, %zu runnable and waiting for a "
                 "worker, %zu timers, %llu dispatches, %llu steals\n",
                 static_cast<unsigned long long>(at), info.processes, info.run_queue, info.timers,
                 static_cast<unsigned long long>(info.dispatches),
                 static_cast<unsigned long long>(info.steals));
    std::_Exit(1);
  }

  const throng::Runtime& runtime_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;   // guarded by mutex_
  std::thread thread_;  // last, so that all else is there when it starts
};

// Two workers, whatever the machine has.
inline throng::RuntimeOptions two_workers(std::uint64_t seed) {
  throng::RuntimeOptions options;
  options.workers = 2;
  options.seed = seed;
  options.report_crashes = false;
  return options;
}

}  // namespace throng_stress
