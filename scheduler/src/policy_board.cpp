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

// A worker may have been in one long run: then it is not the policy that does not serve.
constexpr std::uint64_t asked_enough = 10;

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
    for (Runnable* runnable = chain; runnable != nullptr; runnable = RunnableAccess::next(*runnable))
      RunnableAccess::set_policy_queue(*runnable, nullptr);
    if (chain == nullptr || (!now.empty() && now[i]->put_chain(chain, Wake::exchanged))) continue;
    while (chain != nullptr) {
      Runnable& runnable = *std::exchange(chain, RunnableAccess::next(*chain));
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

void PolicyBoard::look(std::int64_t now, std::int64_t limit) noexcept {
  if (!has_policies()) return;
  Set set;
  {
    std::lock_guard lock(mutex_);
    set = set_;
  }
  if (!set.empty() && set.front()->is_central()) set.resize(1);
  if (!std::ranges::equal(seen_, set, {}, &Seen::queue)) {
    seen_.clear();
    for (auto& queue : set) seen_.push_back({std::move(queue), {}, now, now, 0});
  }
  for (Seen& seen : seen_) look_at(seen, now, limit);
}

void PolicyBoard::look_at(Seen& seen, std::int64_t now, std::int64_t limit) noexcept {
  PolicyQueue::Vitals vitals = seen.queue->vitals();
  PolicyQueue::Vitals before = std::exchange(seen.vitals, vitals);
  if (vitals.calls != before.calls || vitals.calls % 2 == 0) {
    seen.in_call_since = now;
    seen.queue->compare_sizes();
  } else if (now - seen.in_call_since > limit) {
    eject(*seen.queue, "does not come back from a call", "so it can't be asked for its state");
    return;
  }
  if (vitals.oldest == nullptr || vitals.oldest != before.oldest ||
      vitals.oldest_count != before.oldest_count) {
    seen.oldest_since = now;
    seen.asked_then = vitals.asked;
  } else if (now - seen.oldest_since > limit && vitals.asked - seen.asked_then >= asked_enough) {
    seen.queue->report_starving();
  }
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
