// Work that may block or take long: it runs on a thread where it may, while the process waits and its worker
// goes on with others (SCH-9). The function and its arguments move to that thread; the value moves back.
//
// A process that is killed meanwhile ends at once for everybody; the function runs on to its end, and its
// value is dropped. Thread: in a process. Errors: what the function throws; LimitReached if no thread can be
// had.
#pragma once

#include <exception>
#include <optional>
#include <throng/vm/body.hpp>
#include <type_traits>

namespace throng {

namespace detail {

struct BlockingJob {
  void (*run)(BlockingJob*) noexcept;
  void (*destroy)(BlockingJob*) noexcept;
  std::exception_ptr failure;
};

// Runs the job elsewhere and waits. On return the job is done and the caller's again; if the wait is cut off
// by a kill, the job is destroyed by whoever is through with it last.
void run_blocking_job(BlockingJob* job);

template <class R, class F, class... Args>
struct BlockingCall : BlockingJob {
  F function;
  std::tuple<Args...> arguments;
  std::conditional_t<std::is_void_v<R>, bool, std::optional<R>> value{};

  template <class G, class... As>
  explicit BlockingCall(G&& g, As&&... as)
      : BlockingJob{run_it, destroy_it, nullptr},
        function(std::forward<G>(g)),
        arguments(std::forward<As>(as)...) {}
  static void run_it(BlockingJob* job) noexcept {
    auto& self = *static_cast<BlockingCall*>(job);
    try {
      if constexpr (std::is_void_v<R>) {
        std::apply(self.function, std::move(self.arguments));
      } else {
        self.value.emplace(std::apply(self.function, std::move(self.arguments)));
      }
    } catch (...) {
      self.failure = std::current_exception();
    }
  }
  static void destroy_it(BlockingJob* job) noexcept { delete static_cast<BlockingCall*>(job); }
};

}  // namespace detail

template <class F, class... Args>
auto blocking(F&& f, Args&&... args) {
  detail::require_body<std::decay_t<F>, detail::Kept<Args>...>();
  using R = std::invoke_result_t<std::decay_t<F>&, detail::Kept<Args>...>;
  using Call = detail::BlockingCall<R, std::decay_t<F>, detail::Kept<Args>...>;
  auto* call = new Call(std::forward<F>(f), std::forward<Args>(args)...);
  detail::run_blocking_job(call);
  std::unique_ptr<Call> owned(call);
  if (owned->failure) std::rethrow_exception(owned->failure);
  if constexpr (!std::is_void_v<R>) return std::move(*owned->value);
}

}  // namespace throng
