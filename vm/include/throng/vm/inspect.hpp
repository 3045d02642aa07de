// Looking at processes and at the runtime. Thread: in a process.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <throng/scheduler/runnable.hpp>
#include <throng/vm/pid.hpp>
#include <vector>

namespace throng {

enum class ProcessStatus : std::uint8_t { running, runnable, waiting, exiting, suspended };
std::string_view text_of(ProcessStatus status) noexcept;

// One snapshot of a process (INF-1, INF-2): it shows the effect of everything the caller sent before.
struct ProcessInfo {
  Pid pid;
  Pid parent;  // null: spawned by the host
  // The parent, its parent and so on, as long as they live: the first one that has ended is the last here.
  std::vector<Pid> ancestors;
  std::string registered_name;  // empty: none
  std::string label;            // what set_label() said
  std::string body;             // the type of the function it runs; of one at rest, of its state
  ProcessStatus status = ProcessStatus::waiting;
  Priority priority = Priority::normal;
  bool trap_exit = false;
  std::uint64_t reductions = 0;
  std::size_t message_queue_len = 0;  // messages received and not yet taken (SIG-8)
  std::vector<std::string> messages;  // the types of the first hundred of them
  std::vector<std::string> locals;    // the types of its process_local() values
  std::vector<Pid> links;
  std::vector<Pid> monitors;  // whom it watches
  std::vector<Pid> monitored_by;
  std::vector<Pid> suspending;  // whom it has suspended
  std::size_t stack_size = 0;   // bytes of the stack it holds; 0: none, it rests or has not run
  std::size_t memory = 0;       // bytes of control block, tables and stack pages that it holds for sure
};

// What can be read without waiting for the process, hence also of one that runs and does not answer (INF-2).
struct ProcessBrief {
  std::string registered_name;  // empty: none
  ProcessStatus status = ProcessStatus::waiting;
  std::uint64_t reductions = 0;  // up to its last turn
};
std::optional<ProcessBrief> process_brief(Pid process);
// Pid, name and status, for people.
std::string text_of(Pid process, const ProcessBrief& brief);

// Nothing if the process does not live. Waits for its next runtime call, see process_brief().
std::optional<ProcessInfo> process_info(Pid process);
// Every process that lived during the whole call is in it (INF-5).
std::vector<Pid> processes();

struct RuntimeInfo {
  std::string name;
  std::size_t processes = 0;  // alive now
  std::size_t process_limit = 0;
  std::size_t workers = 0;
  std::size_t workers_online = 0;   // of these: taking part (SCH-8)
  std::size_t workers_resting = 0;  // of those: resting, since they would add nothing (SCH-7)
  std::size_t run_queue = 0;        // runnable and waiting for a worker
  std::size_t timers = 0;
  std::uint64_t spawned = 0;  // since the start
  std::uint64_t dispatches = 0;
  std::uint64_t steals = 0;
  std::uint64_t reductions = 0;  // used by the turns that are over
  struct Worker {
    std::uint64_t dispatches = 0;  // turns of processes
    std::uint64_t steals = 0;      // times it took work from another worker's queue
    std::uint64_t parks = 0;       // times it had nothing to do
    std::uint64_t reductions = 0;
  };
  std::size_t spares = 0;          // threads there are for the queues of workers that are stuck
  std::vector<Worker> per_worker;  // workers, then spares
  // Processes that are dead to everybody while their code runs on: it makes no call and has no checks.
  std::size_t overstayed = 0;
  struct Memory {
    std::size_t processes = 0;  // control blocks, and the stack pages processes hold at least
    std::size_t stacks = 0;     // of these: stacks in use, one page each counted
  } memory;
  std::string allocator;     // where envelopes come from
  std::string stack_guards;  // how a stack overflow is noticed here
};
RuntimeInfo runtime_info();

}  // namespace throng
