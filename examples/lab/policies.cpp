// Policies for `throng lab --load`, beside those that come along: who became ready last runs first, and the
// same with a bound on how many may overtake somebody. Built as a shared object, without the library: the
// command has that. See docs/lab.md.
#include <deque>
#include <throng/stdlib/lab.hpp>
#include <throng/throng.hpp>

using namespace throng;

namespace {

class Newest final : public SchedulingPolicy {
 public:
  // After `patience` runs of the newest comes one of the oldest; 0: never.
  explicit Newest(unsigned patience) : patience_(patience) {}
  void enqueue(Runnable& runnable, Wake) override { ready_.push_back(&runnable); }
  Runnable* dequeue() override {
    if (ready_.empty()) return nullptr;
    bool is_turn_of_oldest = patience_ != 0 && ++runs_ % (patience_ + 1) == 0;
    Runnable* next = is_turn_of_oldest ? ready_.front() : ready_.back();
    is_turn_of_oldest ? ready_.pop_front() : ready_.pop_back();
    return next;
  }
  std::size_t size() const override { return ready_.size(); }
  std::string_view name() const override { return patience_ == 0 ? "newest" : "newest_mostly"; }

 private:
  unsigned patience_;
  unsigned runs_ = 0;
  std::deque<Runnable*> ready_;
};

}  // namespace

extern "C" void throng_lab_policies(LabPolicies& policies) {
  policies.add("newest", [](WorkerId) { return std::make_unique<Newest>(0U); });
  policies.add("newest_mostly", [](WorkerId) { return std::make_unique<Newest>(7U); });
}
