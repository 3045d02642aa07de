// What the tests of policies share: runnables that count their runs, and a first-in-first-out policy to
// derive from.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <throng/scheduler/policy.hpp>
#include <throng/scheduler/scheduler.hpp>
#include <thread>
#include <vector>

namespace policies_test {

using namespace throng;
using detail::Scheduler;
using detail::SchedulerSetup;
using detail::Settled;
using detail::Worker;

inline constexpr auto patience = std::chrono::seconds(20);

// Counts to a number, and lets a thread wait for it.
class Count {
 public:
  void add() {
    std::lock_guard lock(mutex_);
    ++reached_;
    changed_.notify_all();
  }
  bool wait_for(int number) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return reached_ >= number; });
  }
  int now() {
    std::lock_guard lock(mutex_);
    return reached_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int reached_ = 0;  // guarded by mutex_
};

// Runs so many times, yielding in between, and then counts itself as done.
class Item : public Runnable {
 public:
  explicit Item(int times = 1, Count* done = nullptr) : Runnable(run), done_(done), left_(times) {}
  Item& with_tag(std::uint64_t tag) {
    set_tag(tag);
    return *this;
  }
  Item& with_priority(Priority priority) {
    set_priority(priority);
    return *this;
  }
  // Where it notes its tag each time it runs.
  Item& noting_in(std::vector<std::uint64_t>& log) {
    log_ = &log;
    return *this;
  }
  int ran() const { return ran_; }

 private:
  static Settled run(Runnable& runnable, Worker& worker) noexcept {
    auto& item = static_cast<Item&>(runnable);
    if (item.is_running_.exchange(true)) std::abort();  // twice at a time
    ++item.ran_;
    worker.budget -= 10;
    if (item.log_ != nullptr) item.log_->push_back(item.tag());
    bool again = --item.left_ > 0;
    item.is_running_ = false;
    if (again) return Settled::yielded;
    if (item.done_ != nullptr) item.done_->add();
    return Settled::done;
  }

  Count* done_;
  int left_;
  std::vector<std::uint64_t>* log_ = nullptr;
  std::atomic<int> ran_{0};
  std::atomic<bool> is_running_{false};
};

class Fifo : public SchedulingPolicy {
 public:
  void enqueue(Runnable& runnable, Wake) override { waiting.push_back(&runnable); }
  Runnable* dequeue() override {
    if (waiting.empty()) return nullptr;
    Runnable* first = waiting.front();
    waiting.pop_front();
    return first;
  }
  std::size_t size() const override { return waiting.size(); }

 protected:
  std::deque<Runnable*> waiting;
};

template <class P>
PolicyFactory each() {
  return [](WorkerId) { return std::make_unique<P>(); };
}

// Collects what the scheduler says of policies.
class Reports {
 public:
  static void take(void* context, const std::string& sentence) noexcept {
    auto& self = *static_cast<Reports*>(context);
    std::lock_guard lock(self.mutex_);
    self.sentences_.push_back(sentence);
    self.changed_.notify_all();
  }
  // The first one.
  std::string wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [this] { return !sentences_.empty(); });
    return sentences_.empty() ? "no report" : sentences_.front();
  }
  std::size_t count() {
    std::lock_guard lock(mutex_);
    return sentences_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> sentences_;  // guarded by mutex_
};

inline SchedulerSetup setup(unsigned workers, PolicyFactory policy) {
  SchedulerSetup setup;
  setup.workers = workers;
  setup.policy = std::move(policy);
  return setup;
}

inline SchedulerSetup reporting_to(Reports& reports, SchedulerSetup setup) {
  setup.hooks.context = &reports;
  setup.hooks.policy_failed = Reports::take;
  return setup;
}

}  // namespace policies_test
