#include <throng/vm/runtime.hpp>

#include <condition_variable>
#include <cstdio>
#include <limits>
#include <mutex>
#include <thread>

#include "machine.hpp"
#include "record.hpp"
#include "runtime_call.hpp"
#include "simulator.hpp"

namespace throng {
namespace {

// Where a host thread waits for one process to end.
struct Waiter {
  std::mutex mutex;
  std::condition_variable changed;
  bool ended = false;  // guarded by mutex
  ExitReason reason;   // guarded by mutex

  static void on_end(void* context, const ExitReason& reason) noexcept {
    auto& self = *static_cast<Waiter*>(context);
    std::lock_guard lock(
        self.mutex);  // held while notifying: the waiter may be gone the moment it is released
    self.ended = true;
    self.reason = reason;
    self.changed.notify_all();
  }
  bool has_ended() {
    std::lock_guard lock(mutex);
    return ended;
  }
};

}  // namespace

Runtime::Runtime(const RuntimeOptions& options) : machine_(std::make_unique<detail::Machine>(options)) {}

Runtime::~Runtime() {
  machine_->stop(std::chrono::seconds(5));
  if (!machine_->scheduler.has_left_threads()) return;
  // Code that could not be stopped comes back to the machine one day: it stays, on purpose.
  detail::fiber_may_lose(machine_.release());
}

bool Runtime::poll() { return machine_->poll(); }

ShutdownReport Runtime::stop(Duration deadline) { return machine_->stop(deadline); }

std::optional<Clock::time_point> Runtime::next_deadline() const {
  std::int64_t deadline = machine_->scheduler.next_deadline();
  if (deadline == std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return Clock::time_point(Duration(deadline));
}

RuntimeInfo Runtime::info() const { return machine_->info(); }

void Runtime::set_workers_online(unsigned workers) {
  if (machine_->scheduler.is_host_driven())
    throw std::invalid_argument("throng: set_workers_online(): a runtime that the host polls has no workers");
  if (workers == 0 || workers > machine_->options.workers)
    throw std::invalid_argument("throng: set_workers_online(" + std::to_string(workers) + "): from 1 to " +
                                std::to_string(machine_->options.workers) +
                                "; for more, ask for them in RuntimeOptions::workers");
  std::lock_guard lock(machine_->spawn_mutex());
  machine_->scheduler.set_online(workers);
}

unsigned Runtime::workers_online() const { return machine_->scheduler.online(); }

void Runtime::set_policy(const PolicyFactory& policy) {
  // A process that does so must not be switched away while it holds locks that others wait for.
  detail::MaybeCall runtime_call;
  std::optional<detail::Unbroken> unbroken;
  if (detail::Process* process = runtime_call.process()) unbroken.emplace(*process);
  std::lock_guard lock(machine_->spawn_mutex());
  machine_->require_running("set_policy()");
  machine_->scheduler.use_policy(policy);
}

Pid Runtime::spawn_from_host(detail::Body* body, void (*ended)(void*, const ExitReason&) noexcept,
                             void* context) {
  std::unique_ptr<detail::Body, decltype(&detail::destroy_body)> owned(body, detail::destroy_body);
  std::lock_guard lock(machine_->spawn_mutex());
  machine_->require_running("run() or spawn()");
  Pid pid = machine_->start_root(body, {ended, context});
  owned.release();
  return pid;
}

void Runtime::send_from_host(Pid to, detail::Message message) {
  machine_->scheduler.note_from_outside(static_cast<std::uint8_t>(EventKind::send), to.bits(),
                                        detail::mark_of(message.get()));
  machine_->deliver(to, message.release_signal());
}

void Runtime::start_recording(const RecorderOptions& options) {
  machine_->scheduler.start_recording(options.events_per_worker);
}

Recording Runtime::copy_recording() { return machine_->recording_of(machine_->scheduler.copy_recording()); }

Recording Runtime::stop_recording() { return machine_->recording_of(machine_->scheduler.stop_recording()); }

void Runtime::run_and_wait(detail::Body* body) {
  Waiter waiter;
  Pid pid = spawn_from_host(body, Waiter::on_end, &waiter);
  if (detail::Simulator* simulator = machine_->simulator) {
    simulation::Ending ending =
        simulator->drive([](void* waiting) { return static_cast<Waiter*>(waiting)->has_ended(); }, &waiter);
    if (ending != simulation::Ending::finished) {
      // Its end may come later, when nobody waits for it any more.
      if (detail::Process* process = machine_->table.find(pid)) process->host_exit = {};
      throw simulation::Stuck(simulator->sentence_for(ending));
    }
  } else if (machine_->scheduler.is_host_driven()) {
    while (!waiter.has_ended()) {
      if (!machine_->poll()) std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  }
  std::unique_lock lock(waiter.mutex);
  waiter.changed.wait(lock, [&] { return waiter.ended; });
  if (!waiter.reason.is_normal()) throw ProcessExited(waiter.reason);
}

struct ProgramRunner {
  static void run(Runtime& runtime, detail::Body* body) { runtime.run_and_wait(body); }
};

int detail::run_program(Body* body) {
  int code = 0;
  try {
    Runtime runtime;
    try {
      ProgramRunner::run(runtime, body);
    } catch (const ProcessExited& exited) {
      std::fprintf(stderr, "throng: the first process ended with: %s\n", exited.reason().text().c_str());
      code = 1;
    }
    runtime.stop(std::chrono::seconds(5));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    code = 1;
  }
  return code;
}

}  // namespace throng
