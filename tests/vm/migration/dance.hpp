// Makes a process go on under another worker, for certain and not by luck. Two pinners hold both workers of a
// runtime, spinning. hop() lets the one where the dancer runs come to the fore again, which then tells the
// other; that one sends to the dancer and waits: so the dancer, woken on the other worker, runs there, and
// nobody is free to steal it. Thread: the dancer's, a process. Requires: two workers, nothing else runnable.
#pragma once

#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <throng/base/config.hpp>
#include <throng/vm/process.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/send.hpp>
#include <throng/vm/spawn.hpp>

namespace throng_trap {

// In a function of its own, so that no compiler keeps the answer across a hop.
THRONG_NOINLINE inline int thread_here() {
  asm volatile("" ::: "memory");
  return ::gettid();
}

class Dance {
 public:
  // Returns on the worker that pinner 0 holds.
  Dance() : floor_(std::make_shared<Floor>()) {
    floor_->dancer = throng::self();
    for (int me = 0; me < 2; ++me) {
      floor_->pinners[static_cast<std::size_t>(me)] =
          throng::spawn(throng::trusted([floor = floor_, me] { pin(*floor, me); }));
    }
    here_ = throng::receive<Go>().pinner;
  }
  Dance(const Dance&) = delete;
  Dance& operator=(const Dance&) = delete;
  ~Dance() {
    floor_->over = true;
    throng::send(floor_->pinners[static_cast<std::size_t>(here_)], Hold{});
  }

  // Suspends in a receive and returns on the other worker.
  void hop() {
    throng::send(floor_->pinners[static_cast<std::size_t>(here_)], Hold{});
    here_ = throng::receive<Go>().pinner;
  }

 private:
  struct Go {
    int pinner;
  };
  struct Hold {};
  struct OfPinner {
    int number;
  };
  struct Floor {
    std::atomic<int> arrived{0};
    std::atomic<int> turn{0};
    std::atomic<bool> over{false};
    throng::Pid dancer;
    std::array<throng::Pid, 2> pinners;
  };

  static void pin(Floor& floor, int me) {
    ++floor.arrived;
    while (floor.arrived < 2) std::this_thread::yield();  // both hold a worker now
    for (;;) {
      while (floor.turn != me && !floor.over) std::this_thread::yield();
      if (floor.over) return;
      // Waits with an exception and an errno of its own, for the dancer to be mistaken about.
      try {
        throw OfPinner{me};
      } catch (const OfPinner&) {
        throng::send(floor.dancer, Go{me});
        throng::receive<Hold>();
      }
      floor.turn = 1 - me;  // the dancer has left this worker, or this code would not run
    }
  }

  std::shared_ptr<Floor> floor_;
  int here_ = 0;
};

}  // namespace throng_trap
