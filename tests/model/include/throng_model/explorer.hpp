// The explorer: runs virtual threads one at a time, asks Choices before every modelled operation who goes on,
// and Memory what a load returns. Test authors call explore() and replay() (explore.hpp); engines reach it
// through Atomic, Plain and the functions of thread.hpp.
//
//  1. Exactly one real thread uses it; one exploration at a time (active()). This pointer is the only mutable
//  global.
//  2. Between two scheduling points a virtual thread runs alone. Scheduling points are the atomic operations,
//     block_until and yield; plain data needs none, as races are found by happens-before in any interleaving.
//  3. An execution that fails is abandoned, never unwound: engines are noexcept, and no destructor of a
//  virtual
//     thread's frame may run any more. What those frames own leaks.
//  4. The same choices give the same execution, if the setup makes all state anew and nothing depends on
//  addresses.
#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <throng_model/choices.hpp>
#include <throng_model/fiber.hpp>
#include <throng_model/memory.hpp>
#include <throng_model/result.hpp>
#include <utility>
#include <vector>

namespace throng_model {

class Explorer;

// One execution, as its setup sees it.
class Execution {
 public:
  // Adds a virtual thread. It sees everything that the setup did.
  void thread(std::function<void()> body);
  // Adds a check for after the end of all threads; it sees everything they did.
  void at_end(std::function<void()> body) { ends_.push_back(std::move(body)); }

 private:
  friend class Explorer;
  std::vector<std::function<void()>> threads_;
  std::vector<std::function<void()>> ends_;
};

using Setup = std::function<void(Execution&)>;

// Which modelled object this is, in which execution; kept by the object.
struct Handle {
  std::uint64_t execution = 0;
  Memory::Id id = 0;
};

class Explorer {
 public:
  Explorer(const Options& options, Choices choices) : options_(options), choices_(std::move(choices)) {}

  // The one whose execution is under way, or null: then all operations just run.
  static Explorer*& active() noexcept {
    static Explorer* explorer = nullptr;
    return explorer;
  }

  // -- for explore.hpp
  // True: the execution ended well.
  bool run(const Setup& setup);
  bool advance() { return choices_.advance(); }
  void trace_into(std::vector<std::string>* trace) { trace_ = trace; }
  const std::string& sentence() const { return sentence_; }
  std::vector<int> schedule() const {
    std::vector<int> schedule{(options_.stale_loads ? 1 : 0) + 2 * options_.spurious_failures};
    choices_.append_taken(schedule);
    return schedule;
  }

  // -- for thread.hpp; Thread: a virtual one, or the root
  void step();
  void yield();
  void block_until(const std::function<bool()>& ready);
  int choose(int alternatives, const char* what);
  [[noreturn]] void fail(std::string sentence);
  std::size_t current() const noexcept { return current_; }

  // -- for atomic.hpp
  void add_atomic(Handle& handle, const Bits& value, bool visible) {
    handle = {execution_number(), memory_.add_location(visible ? 0 : current_, value, visible)};
  }
  // Known or adopted: an object from before this execution joins it with the value it has.
  Memory::Id atomic(Handle& handle, const Bits& value) {
    if (handle.execution != execution_number()) add_atomic(handle, value, true);
    return handle.id;
  }
  Bits load(Memory::Id id, Order order);
  void store(Memory::Id id, Order order, const Bits& value);
  // Begins a read-modify-write: the scheduling point, then the newest value. Ends with one of the next two.
  Bits begin_modify(Memory::Id id);
  void end_modify(Memory::Id id, Order order, const Bits& value);
  void end_failed_compare(Memory::Id id, Order order);
  bool fails_spuriously() {
    if (spurious_failures_ >= options_.spurious_failures || choose(2, "1: the weak compare fails") == 0)
      return false;
    ++spurious_failures_;
    return true;
  }

  // -- for plain.hpp
  void add_plain(Handle& handle, bool visible) {
    handle = {execution_number(), memory_.add_cell(visible ? 0 : current_, visible)};
  }
  void access_plain(Handle& handle, const char* name, bool writes);

 private:
  enum class State : std::uint8_t { ready, blocked, spinning, finished };
  // What a modelled operation means just now.
  enum class Mode : std::uint8_t {
    running,     // the real thing
    inspecting,  // part of a predicate that decides whether its thread could go on: no trace of it may remain
    waking,      // part of a predicate that has let its thread go on: happens, but is no scheduling point
  };
  struct VirtualThread {
    std::function<void()> body;
    const std::function<bool()>* ready = nullptr;  // while blocked
    std::size_t yielded_at = 0;                    // steps_ then
    State state = State::finished;
    bool picked = false;   // chosen to make its next step: which is no scheduling point again
    bool started = false;  // in this execution
    bool at_top =
        false;  // its fiber waits in thread_main for the next body; otherwise it must be started anew
    Fiber fiber;
  };
  struct Abandoned {};

  // Counts all executions of the program, so that no handle is mistaken for one of another execution.
  static std::uint64_t& execution_number() noexcept {
    static std::uint64_t number = 0;
    return number;
  }

  static void fiber_entry() { active()->thread_main(); }
  [[noreturn]] void thread_main();
  void prepare(const Setup& setup);
  void run_threads();
  void run_ends();
  bool enabled(std::size_t thread);
  void reschedule(bool free_switch);
  void resume(std::size_t thread, Fiber& from);
  int decide(int total, int allowed, bool prefer_first);
  void must_not_write();
  void note(const char* what, Memory::Id id, const Bits& value, const char* more = "");
  void note(const std::string& line) {
    if (trace_ != nullptr && mode_ != Mode::inspecting) trace_->push_back(name_of(current_) + ": " + line);
  }
  static std::string name_of(std::size_t thread) {
    return thread == 0 ? std::string("the root") : "thread " + std::to_string(thread);
  }
  std::string who_is_stuck() const;

  Options options_;
  Choices choices_;
  Memory memory_;
  std::vector<std::string>* trace_ = nullptr;

  // -- of one execution
  Execution execution_;
  std::string sentence_;
  bool failed_ = false;
  bool on_fiber_ = false;
  Mode mode_ = Mode::running;
  std::size_t current_ = 0;
  std::size_t threads_count_ = 0;  // without the root
  std::size_t steps_ = 0;
  int preemptions_ = 0;
  int spurious_failures_ = 0;

  Fiber main_;
  std::array<VirtualThread, max_threads> threads_;
};

inline void Execution::thread(std::function<void()> body) {
  if (threads_.size() + 1 >= max_threads) throw std::logic_error("throng_model: too many virtual threads");
  threads_.push_back(std::move(body));
}

}  // namespace throng_model

#include <throng_model/explorer_memory.hpp>
#include <throng_model/explorer_run.hpp>
