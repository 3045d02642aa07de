#include "policy_board.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "scheduler_parts.hpp"

namespace throng::detail {
namespace {

// Rounds of waiting for a call of the policy's that is under way: seconds, and milliseconds.
constexpr int patient = 64 << 16;
constexpr int impatient = 64 << 8;

}  // namespace

PolicyBoard::Set PolicyBoard::make(const PolicyFactory& factory) {
  Set set;
  if (!factory) return set;
  std::uint32_t generation = made_.fetch_add(1, std::memory_order_relaxed) + 1;  // relaxed: see the field
  for (std::uint32_t i = 0; i < scheduler_.worker_count(); ++i) {
    std::unique_ptr<SchedulingPolicy> policy = factory(WorkerId{i});
    if (policy == nullptr)
      throw std::invalid_argument("throng: the factory made no policy for worker " + std::to_string(i) +
                                  "; return one, or leave the factory empty for the built-in queues");
    set.push_back(std::make_shared<PolicyQueue>(*this, std::move(policy), generation, WorkerId{i}));
    if (set.front()->is_central()) {
      set.resize(scheduler_.worker_count(), set.front());
      break;
    }
  }
  return set;
}

void PolicyBoard::use(const PolicyFactory& factory) {
  Set made = make(factory);
  Set old;
  {
    std::lock_guard lock(mutex_);
    old = std::exchange(set_, made);
    // relaxed: written under the mutex; pairs: number()
    number_.store(number_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
  retire(old, made, patient);
}

void PolicyBoard::eject(PolicyQueue& queue, std::string_view wrong, std::string_view state) noexcept {
  Set old;
  {
    std::lock_guard lock(mutex_);
    if (std::ranges::any_of(set_, [&](const auto& one) { return one.get() == &queue; })) {
      old = std::exchange(set_, {});
      // relaxed: written under the mutex; pairs: number()
      number_.store(number_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }
  }
  if (old.empty()) return;  // who put another set in force sees to this queue
  std::string who =
      queue.is_central() ? "the policy" : "the policy of worker " + std::to_string(queue.worker().number);
  scheduler_.report("throng: " + who + " " + std::string(wrong) + "; the built-in queues go on (" +
                    std::string(state) + ")");
  retire(old, {}, impatient);
}

// Moves what waits in the old set: to the same worker's queue in the new one, or to whoever takes it first.
// Everybody is woken: to look at the new queues, which others have filled.
void PolicyBoard::retire(const Set& old, const Set& now, int rounds) noexcept {
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (i > 0 && old[i] == old[0]) break;
    Runnable* chain = old[i]->close(rounds);
    while (chain != nullptr) {
      Runnable& runnable = *std::exchange(chain, RunnableAccess::next(*chain));
      RunnableAccess::set_policy_queue(runnable, nullptr);
      if (now.empty() || !now[i]->put(runnable, Wake::exchanged))
        scheduler_.hand_over(runnable, Wake::exchanged);
    }
  }
  scheduler_.unpark_all();
}

std::shared_ptr<PolicyQueue> PolicyBoard::queue_of(std::size_t worker, std::uint32_t& number) noexcept {
  std::lock_guard lock(mutex_);
  number = number_.load(std::memory_order_relaxed);  // relaxed: written under the mutex
  return worker < set_.size() ? set_[worker] : nullptr;
}

std::size_t PolicyBoard::waiting() noexcept {
  if (!has_policies()) return 0;
  std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& queue : set_) {
    count += queue->size_hint();
    if (queue->is_central()) break;
  }
  return count;
}

}  // namespace throng::detail
