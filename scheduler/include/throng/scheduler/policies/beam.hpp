// beam: four priorities as in Erlang's machine. Max before high before the rest; a low one has its turn when
// it has come to the front of the normal queue eight times, or is alone there.
#pragma once

#include <deque>
#include <throng/scheduler/policy.hpp>

namespace throng::policies {

class Beam final : public SchedulingPolicy {
 public:
  std::string_view name() const override { return "beam"; }
  void enqueue(Runnable& runnable, Wake) override { queue_of(runnable.priority()).push_back(&runnable); }
  Runnable* dequeue() override {
    for (Queue* queue : {&max_, &high_}) {
      if (!queue->empty()) return pop(*queue);
    }
    while (!normal_.empty()) {
      Runnable& first = *pop(normal_);
      int& skips = first.data<Data>().skips;
      if (first.priority() != Priority::low || ++skips >= 8 || normal_.empty()) {
        skips = 0;
        return &first;
      }
      normal_.push_back(&first);
    }
    return nullptr;
  }
  std::size_t size() const override { return max_.size() + high_.size() + normal_.size(); }

 private:
  using Queue = std::deque<Runnable*>;
  struct Data {
    int skips;
  };
  Queue& queue_of(Priority priority) {
    return priority == Priority::max ? max_ : priority == Priority::high ? high_ : normal_;
  }
  static Runnable* pop(Queue& queue) {
    Runnable* first = queue.front();
    queue.pop_front();
    return first;
  }
  Queue max_, high_, normal_;
};

}  // namespace throng::policies
