// What makes the policies of a scheduler's workers. A std::function in small, whose header is one of the
// dearest to read there are. Thread: as a value; a scheduler calls its own from one thread at a time.
#pragma once

#include <concepts>
#include <cstddef>
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
  PolicyFactory(std::nullptr_t) {}
  // From anything that is called with a worker's id; empty if that is a null pointer or empty itself.
  template <class F>
  requires(!std::same_as<std::remove_cvref_t<F>, PolicyFactory> && std::copy_constructible<std::decay_t<F>> &&
           std::is_invocable_r_v<std::unique_ptr<SchedulingPolicy>, std::decay_t<F>&, WorkerId> &&
           !std::is_member_pointer_v<std::decay_t<F>>) PolicyFactory(F&& make) {
    if (!is_empty(make)) maker_ = std::make_unique<MakerOf<std::decay_t<F>>>(std::forward<F>(make));
  }
  PolicyFactory(PolicyFactory&&) noexcept = default;
  PolicyFactory& operator=(PolicyFactory&&) noexcept = default;
  PolicyFactory(const PolicyFactory& other) : maker_(other.maker_ ? other.maker_->clone() : nullptr) {}
  PolicyFactory& operator=(const PolicyFactory& other) { return *this = PolicyFactory(other); }
  ~PolicyFactory() = default;

  explicit operator bool() const noexcept { return maker_ != nullptr; }
  // Requires: not empty.
  std::unique_ptr<SchedulingPolicy> operator()(WorkerId worker) const { return maker_->make(worker); }

 private:
  struct Maker {
    virtual ~Maker() = default;
    virtual std::unique_ptr<SchedulingPolicy> make(WorkerId worker) = 0;
    virtual std::unique_ptr<Maker> clone() const = 0;
  };
  template <class F>
  struct MakerOf final : Maker {
    explicit MakerOf(const F& make) : make_(make) {}
    explicit MakerOf(F&& make) : make_(std::move(make)) {}
    std::unique_ptr<SchedulingPolicy> make(WorkerId worker) override { return make_(worker); }
    std::unique_ptr<Maker> clone() const override { return std::make_unique<MakerOf>(make_); }
    F make_;
  };

  template <class F>
  static bool is_empty(const F& make) {
    if constexpr (std::is_pointer_v<F>) {
      return make == nullptr;
    } else if constexpr (requires { make.operator bool(); }) {  // a std::function; no lambda has that
      return !static_cast<bool>(make);
    } else {
      return false;
    }
  }

  std::unique_ptr<Maker> maker_;
};

}  // namespace throng
