#include <throng/vm/spawn.hpp>

#include "machine.hpp"
#include "record.hpp"
#include "runtime_call.hpp"

namespace throng {
namespace detail {
namespace {

std::string limit_sentence(const Machine& machine) {
  return "throng: all " + std::to_string(machine.options.max_processes) +
         " processes are in use; raise RuntimeOptions::max_processes";
}

using OwnedBody = std::unique_ptr<Body, decltype(&destroy_body)>;

// Enqueues the child when it goes, whatever happens: without memory for its ties it must not run, but has to
// be ended. Until then nobody else can have run it.
struct StartOnce {
  Worker& worker;
  Process* child = nullptr;
  bool as_it_should = false;
  ~StartOnce() {
    if (child == nullptr) return;
    if (!as_it_should) must_exit_with(*child, ExitReason::error("throng: no memory to tie it to its parent"));
    worker.enqueue(*child, Wake::created);
  }
};

// A child for `start` to start, tied to its parent before it can run (SPN-1). The null pid: the process limit
// is reached, and the body still the caller's.
Spawned create_child(Process& parent, const SpawnOptions& options, OwnedBody& body, Attach attach,
                     StartOnce& start) {
  Machine& machine = *parent.machine;
  Process* child = machine.create(&state_of(start.worker), options, body.get());
  if (child == nullptr) return {};
  body.release();
  start.child = child;
  child->parent_bits.store(parent.pid().bits(), std::memory_order_relaxed);  // relaxed: see the field
  Spawned spawned{child->pid(), Monitor()};
  if (attach.link) {
    child->ensure_relations().links.try_emplace(parent.pid());
    parent.ensure_relations().links.try_emplace(spawned.process);
  }
  if (attach.monitor) {
    spawned.monitor = Monitor(parent.pid(), machine.new_reference());
    child->ensure_relations().monitored_by.emplace(spawned.monitor.reference(), parent.pid());
    parent.ensure_relations().monitors.emplace(spawned.monitor.reference(),
                                               Relations::Watch{spawned.process});
  }
  start.as_it_should = true;
  note_spawn(machine, &start.worker, *child);
  return spawned;
}

}  // namespace

Spawned spawn_body(const SpawnOptions& options, Body* body, Attach attach) {
  OwnedBody owned(body, destroy_body);
  RuntimeCall runtime_call("spawn()");
  Process& parent = runtime_call.process();
  enter_call(parent, price::spawn);
  Unbroken unbroken(parent);
  if (is_rejected(parent)) return {};  // its end is settled: EXT-5
  StartOnce start{*parent.worker};
  Spawned spawned = create_child(parent, options, owned, attach, start);
  if (!spawned.process) throw LimitReached(limit_sentence(*parent.machine));
  return spawned;
}

SpawnRequest request_spawn(const SpawnRequestOptions& options, Body* body) {
  OwnedBody owned(body, destroy_body);
  RuntimeCall runtime_call("spawn_request()");
  Process& parent = runtime_call.process();
  enter_call(parent, price::spawn);
  Unbroken unbroken(parent);
  if (is_rejected(parent)) return {};
  SpawnRequest request(parent.machine->new_reference());
  StartOnce start{*parent.worker};  // behind the reply: a thief may run it at once, to its end (SPN-4)
  Spawned spawned = create_child(parent, options.spawn, owned, {options.link, options.monitor}, start);
  bool succeeded = static_cast<bool>(spawned.process);
  bool wanted = options.reply == ReplyWhen::always ||
                options.reply == (succeeded ? ReplyWhen::success_only : ReplyWhen::error_only);
  if (!wanted) return request;
  parent.ensure_relations().spawn_requests.emplace(request.reference(),
                                                   options.link ? spawned.process : Pid());
  ExitReason reason = succeeded ? ExitReason::normal : ExitReason::error(limit_sentence(*parent.machine));
  Message reply = make_message<SpawnReply>(spawn_reply_kind, request, spawned.process, spawned.monitor,
                                           std::move(reason));
  parent.machine->deliver(parent.pid(), reply.release_signal());
  return request;
}

}  // namespace detail

// Looks before anything that has arrived is handled: a reply that is still on its way can be stopped.
bool abandon(SpawnRequest request) {
  detail::RuntimeCall runtime_call("abandon()");
  detail::Process& process = runtime_call.process();
  detail::Unbroken unbroken(process);
  if (!process.relations) return false;
  auto open = process.relations->spawn_requests.find(request.reference());
  if (open == process.relations->spawn_requests.end()) return false;
  Pid child = open->second;
  process.relations->spawn_requests.erase(open);
  if (child) {
    unlink(child);
    exit(child, ExitReason::error("abandoned"));
  }
  return true;
}

}  // namespace throng
