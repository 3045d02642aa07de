// Which policy is in force, and how it changes while all runs: by a wish, or because it went wrong.
//
//  1. A set is one PolicyQueue for each worker, the same one for all if the policy is central, or none: the
//     built-in queues. Sets are numbered; the one that is in force has the highest number.
//  2. A worker finds its queue closed, or a new number, and asks here what it has now. Nobody waits for
//  workers
//     to do so: one that is stuck in a run must not hold up the others.
//  3. Who puts a new set in force closes the queues of the old one and moves what was on them. So a runnable
//  is
//     on one queue, or in the hands of the one thread that moves it, and never lost or doubled.
//
// Rejected: stopping all workers for an exchange. It would wait for the slowest run of all.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "policy_queue.hpp"

namespace throng::detail {

class Scheduler;

class PolicyBoard {
 public:
  explicit PolicyBoard(Scheduler& scheduler) noexcept : scheduler_(scheduler) {}
  PolicyBoard(const PolicyBoard&) = delete;
  PolicyBoard& operator=(const PolicyBoard&) = delete;

  // Puts a policy in force, the built-in queues if `factory` is empty. Throws what the factory throws, and
  // std::invalid_argument if it makes nothing; then nothing has changed. Thread: any.
  void use(const PolicyFactory& factory);
  // The policy went wrong in the way that the sentence says, to be read behind "the policy of worker 1": puts
  // the built-in queues in force. Does nothing but close the queue if it is in force no more. Thread: any.
  void eject(PolicyQueue& queue, std::string_view wrong, std::string_view state) noexcept;

  // What the worker has now; the number as it was then. Thread: any.
  std::shared_ptr<PolicyQueue> queue_of(std::size_t worker, std::uint32_t& number) noexcept;
  std::uint32_t number() const noexcept {
    return number_.load(std::memory_order_acquire);  // pairs: put_in_force
  }
  // A hint: has there ever been a policy? Thread: any.
  bool has_policies() const noexcept { return number() != 0; }
  // What waits in the policies, a hint. Thread: any.
  std::size_t waiting() noexcept;

 private:
  using Set = std::vector<std::shared_ptr<PolicyQueue>>;  // by worker; empty: built in

  Set make(const PolicyFactory& factory);
  void retire(const Set& old, const Set& now, int rounds) noexcept;

  Scheduler& scheduler_;
  std::mutex mutex_;
  Set set_;  // guarded by mutex_
  // Protocol: stored release under mutex_ with each new set; loaded acquire by workers, who then ask.
  std::atomic<std::uint32_t> number_{0};
  // Protocol: counts sets that were made; uniqueness is all that matters, relaxed.
  std::atomic<std::uint32_t> made_{0};
};

}  // namespace throng::detail
