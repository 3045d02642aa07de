// What is going on, shown while it goes on: one line that is rewritten on a terminal, now and then a line of
// its own elsewhere. A thread of its own draws, so that the work only stores a number.
//
// It also watches, unless a standstill is allowed: when nothing has moved for a minute it says where, and
// ends the program. A runtime that has lost a wake-up can't be stopped in order any more, and waiting for
// ever would tell nobody anything.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace throng::command {

class Progress {
 public:
  // Outcomes: a line for what is done, and none before.
  enum class Style : std::uint8_t { rewritten, lines, outcomes, silent };
  enum class Standstill : std::uint8_t { ends_program, is_allowed };
  using Measure = std::function<std::uint64_t()>;

  Progress(std::FILE* out, Style style, Standstill standstill = Standstill::ends_program);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  static bool is_terminal(std::FILE* file);

  // A new thing to do. With `measure`, which is called on the drawing thread, nobody need call set().
  // Thread: host.
  void begin(std::string doing, std::uint64_t total, Measure measure = nullptr);
  // Thread: any; cheap, though not meant for every single step of millions.
  void set(std::uint64_t done) noexcept {
    done_.store(done, std::memory_order_relaxed);  // relaxed: a number to look at
  }
  // It is done: the line stays, with `outcome` at its end. Thread: host.
  void end(std::string_view outcome);

  // A line of its own, not shown in silent style. Thread: host, between end() and begin().
  void say(std::string_view line);

 private:
  void watch();
  void draw_locked();
  void end_if_stuck_locked();
  std::uint64_t now_done_locked();

  std::FILE* out_;         // constant after construction
  Style style_;            // constant after construction
  Standstill standstill_;  // constant after construction

  std::mutex mutex_;
  std::condition_variable stopping_;
  // -- guarded by mutex_
  bool stop_ = false;
  bool active_ = false;
  std::string doing_;
  std::uint64_t total_ = 0;
  Measure measure_;
  std::uint64_t last_done_ = 0;
  unsigned looks_ = 0;
  unsigned looks_in_vain_ = 0;  // and not a time: a program that was stopped and goes on is not stuck

  // Protocol: stored by whoever works, read by the drawing thread; nothing follows from it.
  std::atomic<std::uint64_t> done_{0};
  std::thread thread_;
};

}  // namespace throng::command
