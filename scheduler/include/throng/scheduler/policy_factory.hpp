// What makes the policies of a scheduler's workers. A std::function in small, whose header is one of the
// dearest to read there are. Thread: any; copies share what was given, which is called by one thread at a
// time for each scheduler.
#pragma once

#include <concepts>
#include <memory>
#include <throng/scheduler/worker_id.hpp>
#include <type_traits>
#include <utility>

namespace throng {

class SchedulingPolicy;

// Makes the instance of each worker, or the only one of a central policy. Empty: the built-in queues.
class PolicyFactory {
 public:
  PolicyFactory() = default;
  template <class F>
  requires(!std::same_as<std::remove_cvref_t<F>, PolicyFactory> &&
           std::is_invocable_r_v<std::unique_ptr<SchedulingPolicy>, std::decay_t<F>&, WorkerId>)
      PolicyFactory(F&& make)
      : maker_(std::make_shared<MakerOf<std::decay_t<F>>>(std::forward<F>(make))) {}

  explicit operator bool() const noexcept { return maker_ != nullptr; }
  // Requires: not empty.
  std::unique_ptr<SchedulingPolicy> operator()(WorkerId worker) const { return maker_->make(worker); }

 private:
  struct Maker {
    virtual ~Maker() = default;
    virtual std::unique_ptr<SchedulingPolicy> make(WorkerId worker) = 0;
  };
  template <class F>
  struct MakerOf final : Maker {
    template <class G>
    explicit MakerOf(G&& make) : make_(std::forward<G>(make)) {}
    std::unique_ptr<SchedulingPolicy> make(WorkerId worker) override { return make_(worker); }
    F make_;
  };

  std::shared_ptr<Maker> maker_;
};

}  // namespace throng
