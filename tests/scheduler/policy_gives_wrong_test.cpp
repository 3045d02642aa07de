// Policies that give what they do not hold, to their worker or to a thief.
#include <array>
#include <functional>
#include <utility>

#include "policy_crowd.hpp"

using namespace policies_test;

namespace {

// What the instances of a test know of each other. A policy may lock what is not the runtime's.
struct Shared {
  std::mutex mutex;
  std::array<std::vector<Runnable*>, 2> held;  // by worker; guarded by mutex
  bool is_done = false;                        // the fault has been made; guarded by mutex
};

// Half of what there is goes to each worker, and nothing is served until the fault has been made.
class Holds : public Fifo {
 public:
  Holds(Shared& of_all, WorkerId worker) : shared(of_all), me(worker.number) {}
  WorkerId place(Runnable&, Wake, WorkerId) override { return WorkerId{turn_++ % 2}; }
  void enqueue(Runnable& runnable, Wake wake) override {
    Fifo::enqueue(runnable, wake);
    std::lock_guard lock(shared.mutex);
    shared.held[me].push_back(&runnable);
  }
  Runnable* dequeue() override {
    std::lock_guard lock(shared.mutex);
    return shared.is_done ? Fifo::dequeue() : nullptr;
  }
  void dump(std::string& out) const override { out += own_words; }

 protected:
  // One that the other worker's instance holds; null: it has none yet, or the fault has been made before.
  Runnable* anothers() {
    std::lock_guard lock(shared.mutex);
    auto& others = shared.held[1 - me];
    if (shared.is_done || others.empty()) return nullptr;
    shared.is_done = true;
    return others.front();
  }
  Shared& shared;
  std::size_t me;

 private:
  std::uint32_t turn_ = 0;
};

class GivesAnothers final : public Holds {
 public:
  using Holds::Holds;
  Runnable* dequeue() override {
    Runnable* wrong = anothers();
    return wrong != nullptr ? wrong : Holds::dequeue();
  }
};

class StealsAnothers final : public Holds {
 public:
  using Holds::Holds;
  std::size_t steal(std::span<Runnable*> out) override {
    out[0] = anothers();
    return out[0] != nullptr ? 1 : 0;
  }
};

// What a thief is given, by which fault.
using Steal = std::function<std::size_t(std::span<Runnable*>, std::deque<Runnable*>&)>;

class Steals final : public Holds {
 public:
  Steals(Shared& of_all, WorkerId worker, Steal steal) : Holds(of_all, worker), steal_(std::move(steal)) {}
  std::size_t steal(std::span<Runnable*> out) override {
    std::lock_guard lock(shared.mutex);
    if (std::exchange(shared.is_done, true)) return 0;
    return steal_(out, waiting);
  }

 private:
  Steal steal_;
};

template <class P, class... Args>
std::string report_of_holding(Args... args) {
  Shared shared;
  std::string report =
      survives([&](WorkerId worker) { return std::make_unique<P>(shared, worker, args...); });
  CHECK(contains(report, own_words));
  return report;
}

std::string report_of_thief(Steal steal) { return report_of_holding<Steals>(std::move(steal)); }

}  // namespace

TEST_CASE(
    "SCH-13: a policy that gives what another worker's holds is named, and nobody runs twice at a time") {
  CHECK(contains(report_of_holding<GivesAnothers>(), "gave a runnable that it does not hold"));
  CHECK(contains(report_of_holding<StealsAnothers>(), "gave a runnable that it does not hold"));
}

TEST_CASE(
    "SCH-13: a policy that gives a thief what it can't have is named, and what is sound of it is not lost") {
  CHECK(contains(report_of_thief([](std::span<Runnable*> out, std::deque<Runnable*>&) {
                   out[0] = nullptr;
                   return std::size_t{1};
                 }),
                 "told a thief of a runnable and gave it null"));
  CHECK(contains(report_of_thief([](std::span<Runnable*> out, std::deque<Runnable*>& waiting) {
                   static Item stranger;
                   out[0] = waiting.front();
                   out[1] = &stranger;
                   return std::size_t{2};
                 }),
                 "gave a runnable that it does not hold"));
  CHECK(contains(report_of_thief([](std::span<Runnable*> out, std::deque<Runnable*>& waiting) {
                   out[0] = out[1] = waiting.front();
                   return std::size_t{2};
                 }),
                 "gave a runnable that it does not hold"));
  CHECK(contains(
      report_of_thief([](std::span<Runnable*> out, std::deque<Runnable*>&) { return out.size() + 1; }),
      "gave a thief more runnables than there was room for"));
  CHECK(contains(report_of_thief([](std::span<Runnable*> out, std::deque<Runnable*>& waiting) -> std::size_t {
                   out[0] = waiting.front();
                   throw std::runtime_error("in the middle of it");
                 }),
                 "threw in the middle of it"));
}
