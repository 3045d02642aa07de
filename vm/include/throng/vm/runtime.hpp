// The runtime as an object: a host program makes one or several, gives them work and stops them. There is no
// global state; two runtimes share nothing.
//
// Thread: every member may be called from any host thread, except where it says otherwise; none from a
// process. Of a simulated one: from one thread at a time.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <throng/base/owned.hpp>
#include <throng/scheduler/clock.hpp>
#include <throng/scheduler/policy.hpp>
#include <throng/vm/call.hpp>
#include <throng/vm/errors.hpp>
#include <throng/vm/inspect.hpp>
#include <throng/vm/no_preempt.hpp>
#include <throng/vm/recording.hpp>
#include <throng/vm/send.hpp>
#include <throng/vm/spawn.hpp>

namespace throng {

namespace detail {
class Simulator;
}

struct RuntimeOptions {
  unsigned workers = default_workers;  // 0: no threads; the host calls poll()
  std::string name = "throng";
  std::size_t max_processes = std::size_t{1} << 22;
  std::size_t stack_size = 0;      // bytes per process that holds one; 0: 64 KiB
  unsigned blocking_threads = 64;  // at most so many for blocking()
  // At most so many threads take over the queues of workers whose process does not give way for a
  // millisecond: in a loop without checks, in a system call, for a lock. 0: nobody does.
  unsigned spare_threads = 8;
  // Reductions before others get their turn (SCH-1). 1, for tests: at every runtime call and every
  // check, to go on wherever a worker is free.
  std::int32_t slice = 4000;
  // Where several workers are busy, some rest now and then for some milliseconds; and go on resting if with
  // them no more is done, as where processes do little but talk. False: all always take part (SCH-7).
  bool workers_may_rest = true;
  std::uint64_t seed = 0;      // of the scheduler's random choices
  bool report_crashes = true;  // one line on stderr for a process that ends with an error
  // Who decides what runs next: makes the instance of each worker. Empty: the built-in queues.
  PolicyFactory policy{};
  // A policy that does not serve somebody, or does not come back from a call, for longer than this is thrown
  // out: one sentence on stderr, and the built-in queues go on.
  Duration policy_limit = std::chrono::seconds(5);
  // Null: real threads and real time. See simulation::simulate().
  std::shared_ptr<detail::Simulator> simulator{};

  static constexpr unsigned default_workers = ~0U;  // as many as there are CPUs to use
};

// What stop() found: processes that had not ended when the time was up, and those that have ended for
// everybody else while their code runs on (EXT-6); the latter's threads are left behind.
struct ShutdownReport {
  std::vector<Pid> overstayed;
};

namespace detail {
class Machine;
// How the behaviours of the library are started for a host; defined beside them.
template <class S>
struct StartFromHost;
}  // namespace detail

// In a simulated runtime the calls below that wait take its steps, on the caller's thread.
class Runtime {
  friend struct ProgramRunner;

 public:
  // Throws std::system_error or std::invalid_argument with a sentence if the options ask for what can't be
  // had.
  explicit Runtime(const RuntimeOptions& options = {});
  ~Runtime();  // stop(5s) if it was not stopped
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // Runs f(args…) as a process, waits for it, and returns its value. Throws ProcessExited if it did not end
  // normally.
  template <class F, class... Args>
  auto run(F&& f, Args&&... args);

  template <class F, class... Args>
  Pid spawn(F&& f, Args&&... args) {
    return spawn_from_host(detail::make_body(std::forward<F>(f), std::forward<Args>(args)...), nullptr,
                           nullptr);
  }
  template <class M>
  void send(Pid to, M&& message) {
    send_from_host(to, detail::message_of(std::forward<M>(message)));
  }

  // Starts a server, or another behaviour of the library's, as gen_server::start<S>(args…) does. Throws
  // StartFailed. The type comes from the library: include its header.
  template <class S, class... Args>
  auto start(Args&&... args) {
    return detail::StartFromHost<S>::start(*this, std::forward<Args>(args)...);
  }
  // Calls a server as a process would: the answer, or CallFailed with the reason why there is none.
  template <class Server, class M>
  auto call(const Server& server, M&& message, Duration timeout = std::chrono::seconds(5)) {
    auto answer = run([](Server to, detail::Kept<M> question,
                         Duration limit) { return to.try_call(std::move(question), limit); },
                      server, std::forward<M>(message), timeout);
    if (!answer) throw CallFailed(answer.error().reason);
    if constexpr (!std::is_void_v<std::remove_cvref_t<decltype(*answer)>>) return *std::move(answer);
  }

  // With workers = 0: runs what is ready, never waits; true: something ran or is ready. One thread at a time.
  bool poll();
  // When a timer will be due, if there is one: how long a host that polls may sleep. Others may hand in work
  // before.
  std::optional<Clock::time_point> next_deadline() const;

  // Sends every process `shutdown`, then `kill` to those left when half the time has passed; reports who
  // overstayed. Afterwards nothing runs any more but code that can't be stopped. Calling it again does
  // nothing.
  ShutdownReport stop(Duration deadline);

  RuntimeInfo info() const;

  // How many workers take part, at first all of RuntimeOptions::workers, which stays the most there can be.
  // The others hand over what they have, after the turn that is on, and sleep (SCH-8). Errors:
  // std::invalid_argument for 0 or more than there are, and for a runtime that the host polls.
  void set_workers_online(unsigned workers);
  unsigned workers_online() const;

  // Puts a policy in force while all runs, the built-in queues if it is empty: each worker changes at its
  // next turn, nothing is lost, and messages keep their order (SCH-12). Also from a process. Throws what the
  // factory throws, and std::invalid_argument if it makes nothing; then the one before stays.
  void set_policy(const PolicyFactory& policy);

  // Records what workers and processes do, the last events of each worker (docs/recorder.md). Errors:
  // std::invalid_argument for a size that makes no sense, std::logic_error if a recording is on.
  void start_recording(const RecorderOptions& options = {});
  // What there is by now; the recording goes on. Errors: std::logic_error if none is on.
  Recording copy_recording();
  // Ends it. Also of a runtime that has been stopped. Errors: as copy_recording().
  Recording stop_recording();

 private:
  Pid spawn_from_host(detail::Body* body, void (*ended)(void*, const ExitReason&) noexcept, void* context);
  void send_from_host(Pid to, detail::Message message);
  void run_and_wait(detail::Body* body);

  detail::Owned<detail::Machine> machine_;
};

namespace detail {

// What a body that runs for Runtime::run leaves behind: a value in memory of the waiting thread's.
template <class R, class F, class... Args>
struct RunBody : CallBody<F, Args...> {
  std::optional<R>* result;
  template <class G, class... As>
  RunBody(std::optional<R>* where, G&& g, As&&... as)
      : CallBody<F, Args...>(std::forward<G>(g), std::forward<As>(as)...), result(where) {
    this->type = &run_type;
  }
  static Body* run(Body* body) {
    auto& self = *static_cast<RunBody*>(body);
    R value = std::apply(self.function, std::move(self.arguments));
    // Who was ended meanwhile (EXT-6) does not come further than this, and nobody is ended behind it: the
    // thread that waits would be gone, and its memory with it.
    NoPreempt section;
    self.result->emplace(std::move(value));
    return nullptr;
  }
  static void destroy(Body* body) noexcept { static_cast<RunBody*>(body)->~RunBody(); }
  static constexpr Body::Type run_type{run, destroy, type_name<F>()};
};

}  // namespace detail

template <class F, class... Args>
auto Runtime::run(F&& f, Args&&... args) {
  using R = std::invoke_result_t<std::decay_t<F>&, detail::Kept<Args>...>;
  if constexpr (std::is_void_v<R>) {
    run_and_wait(detail::make_body(std::forward<F>(f), std::forward<Args>(args)...));
  } else {
    detail::require_body<std::decay_t<F>, detail::Kept<Args>...>();
    using Stored = detail::RunBody<R, std::decay_t<F>, detail::Kept<Args>...>;
    std::optional<R> result;
    void* block = detail::allocate(sizeof(Stored), alignof(Stored) > 16 ? alignof(Stored) : 16);
    run_and_wait(::new (block) Stored(&result, std::forward<F>(f), std::forward<Args>(args)...));
    if (!result) throw ProcessExited(ExitReason::normal);  // it left by exit(normal), without a value
    return std::move(*result);
  }
}

namespace detail {
// Waits out a whole program: stops the runtime in order, says on stderr what went wrong. Returns the exit
// code.
int run_program(Body* body);
}  // namespace detail

// For main(): a runtime of its own, f as its first process, an orderly stop. 0 if f ended normally, else 1
// and one line on stderr.
template <class F, class... Args>
int run(F&& f, Args&&... args) {
  return detail::run_program(detail::make_body(std::forward<F>(f), std::forward<Args>(args)...));
}

}  // namespace throng
