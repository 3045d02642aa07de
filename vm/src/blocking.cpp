#include <throng/vm/blocking.hpp>

#include "machine.hpp"
#include "runtime_call.hpp"

namespace throng::detail {
namespace {

// Between the waiting process and the thread that works: the last of the two to be through frees the job.
struct Handover {
  BlockingJob* job;
  Machine* machine;
  Pid waiter;
  std::uint64_t number;
  // Protocol: exchanged to true by each side once, acq_rel; who finds it true is the second and owns the job.
  Atomic<bool> one_is_through{false};

  bool leave() noexcept {
    return one_is_through.exchange(true, std::memory_order_acq_rel);  // pairs: the other side's exchange
  }
};

void work(void* argument) noexcept {
  auto* handover = static_cast<Handover*>(argument);
  handover->job->run(handover->job);
  Machine* machine = handover->machine;
  Pid waiter = handover->waiter;
  std::uint64_t number = handover->number;
  if (handover->leave()) {  // the process was killed meanwhile
    handover->job->destroy(handover->job);
    delete handover;
    return;
  }
  machine->deliver(waiter, make_message<Reference>(resumed_kind, number).release_signal());
}

// The process's side: takes the job back when it is done, leaves it behind when a kill cuts the wait off.
struct Waiting {
  Handover* handover;
  bool done = false;
  ~Waiting() {
    bool mine = handover->leave() || done;
    if (!mine) return;
    if (!done) handover->job->destroy(handover->job);
    delete handover;
  }
};

}  // namespace

void run_blocking_job(BlockingJob* job) {
  std::unique_ptr<BlockingJob, void (*)(BlockingJob*) noexcept> owned(job, job->destroy);
  RuntimeCall runtime_call("blocking()");
  Process& process = runtime_call.process();
  enter_call(process, price::blocking);
  surface_exit(process);
  if (is_rejected(process)) {
    // A destructor of an exit can't wait; the work is done here, since its effect may be what the destructor
    // is for.
    job->run(job);
    owned.release();
    return;
  }
  Machine& machine = *process.machine;
  auto* handover = new Handover{job, &machine, process.pid(), machine.new_reference()};
  process.wait_for_number(handover->number);
  process.events &= static_cast<std::uint8_t>(~answer_event);
  bool taken = false;
  {
    Unbroken unbroken(process);
    taken = machine.scheduler.run_blocking(work, handover);
  }
  if (!taken) {
    delete handover;
    throw LimitReached(
        "throng: no thread for blocking(); raise the thread limit (ulimit -u) or "
        "RuntimeOptions::blocking_threads");
  }
  owned.release();
  bool done = false;
  {
    Waiting waiting{handover};
    wait_for(process, answer_event);
    done = waiting.done = (process.events & answer_event) != 0;
  }
  process.wait_for_number(0);
  process.answer = Message();
  // Killed while a destructor waited here: there is no value to return and nothing may be thrown (EXT-5).
  if (!done) abandon(process);
}

}  // namespace throng::detail
