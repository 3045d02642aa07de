// Bad use gets an error that says what to do, where it is made: an exception on the host's thread or in the
// process, never the end of anybody else. Limits that are reached are in trap_limits_test.cpp.
#include <doctest/doctest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <throng/vm/blocking.hpp>
#include <throng/vm/inspect.hpp>
#include <throng/vm/process.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/runtime.hpp>
#include <throng/vm/timer.hpp>

namespace {

using namespace throng;

// What the exception said, or what happened instead.
template <class Expected>
std::string sentence_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Expected& error) {
    return error.what();
  } catch (const std::exception& error) {
    return std::string("another exception: ") + error.what();
  }
  return "no exception";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

RuntimeOptions quiet() {
  RuntimeOptions options;
  options.workers = 2;
  options.report_crashes = false;
  return options;
}

void check_needs_process(const char* name, const std::function<void()>& call) {
  std::string sentence = sentence_of<NotInProcess>(call);
  CAPTURE(sentence);
  CHECK(contains(sentence, name));
  CHECK(contains(sentence, "needs a process; call it in a function that was spawned, or in Runtime::run"));
}

}  // namespace

TEST_CASE("a call that acts for a process throws NotInProcess, with the call's name, on a host thread") {
  Runtime runtime(quiet());  // that there is a runtime does not make this thread a process
  check_needs_process("self()", [] { self(); });
  check_needs_process("receive()", [] { receive<int>(); });
  check_needs_process("receive()", [] { receive<int>(1ms); });
  check_needs_process("receive()", [] { receive([](int) {}, after(1ms, [] {})); });
  check_needs_process("send()", [] { send(Pid(), 1); });
  check_needs_process("send()", [] { send("somebody", 1); });
  check_needs_process("send()", [] { send(Alias(), 1); });
  check_needs_process("spawn()", [] { spawn([] {}); });
  check_needs_process("spawn()", [] { spawn_link([] {}); });
  check_needs_process("spawn()", [] { spawn_monitor([] {}); });
  check_needs_process("link()", [] { link(Pid()); });
  check_needs_process("unlink()", [] { unlink(Pid()); });
  check_needs_process("monitor()", [] { monitor(Pid()); });
  check_needs_process("demonitor()", [] { demonitor(Monitor()); });
  check_needs_process("trap_exit()", [] { trap_exit(true); });
  check_needs_process("exit()", [] { exit(ExitReason::normal); });
  check_needs_process("exit()", [] { exit(Pid(), ExitReason::kill); });
  check_needs_process("yield()", [] { yield(); });
  check_needs_process("charge()", [] { charge(1); });
  check_needs_process("priority()", [] { priority(Priority::high); });
  check_needs_process("alias()", [] { alias(); });
  check_needs_process("is_alive()", [] { is_alive(Pid()); });
  check_needs_process("register_name()", [] { register_name("name", Pid()); });
  check_needs_process("unregister_name()", [] { unregister_name("name"); });
  check_needs_process("whereis()", [] { whereis("name"); });
  check_needs_process("send_after()", [] { send_after(1ms, Pid(), 1); });
  check_needs_process("blocking()", [] { blocking([] {}); });
  check_needs_process("process_info()", [] { process_info(Pid()); });
  check_needs_process("processes()", [] { processes(); });
  check_needs_process("runtime_info()", [] { runtime_info(); });
}

TEST_CASE("a call that acts for a process throws NotInProcess on a thread of blocking() too") {
  Runtime runtime(quiet());
  std::string sentence = runtime.run([] {
    return blocking([]() -> std::string { return sentence_of<NotInProcess>([] { receive<int>(); }); });
  });
  CHECK(contains(sentence, "receive() needs a process"));
}

TEST_CASE("SIG-5: sending to a name that nobody has throws BadName, with the name") {
  Runtime runtime(quiet());
  std::string sentence = runtime.run([] { return sentence_of<BadName>([] { send("nobody at home", 1); }); });
  CHECK(contains(sentence, "\"nobody at home\", which nobody has registered"));
  // Uncaught, it is the process's exit reason.
  ExitReason reason = runtime.run([] {
    spawn_monitor([] { send("nobody at home", 1); });
    return receive<Down>().reason;
  });
  CHECK(reason.is_error());
  CHECK(contains(reason.text(), "nobody at home"));
}

TEST_CASE("LNK-4: linking to a dead process ends the caller with noproc, or tells it if it traps exits") {
  Runtime runtime(quiet());
  auto outcome = runtime.run([] {
    auto [dead, watch] = spawn_monitor([] {});
    receive<Down>();
    spawn_monitor([](Pid other) { link(other); }, dead);
    ExitReason uncaught = receive<Down>().reason;
    std::string sentence = sentence_of<NoProcess>([other = dead] { link(other); });
    trap_exit(true);
    link(dead);
    Exit told = receive<Exit>();
    return std::tuple(uncaught, sentence, told.from == dead, told.reason);
  });
  CHECK(std::get<0>(outcome) == ExitReason::noproc);
  CHECK(contains(std::get<1>(outcome), "trap exits to be told by a message"));
  CHECK(std::get<2>(outcome));
  CHECK(std::get<3>(outcome) == ExitReason::noproc);
}

namespace {

std::string refused(const std::function<void(RuntimeOptions&)>& change) {
  RuntimeOptions options = quiet();
  change(options);
  return sentence_of<std::invalid_argument>([&] { Runtime runtime(options); });
}

}  // namespace

TEST_CASE("options that can't be had are refused with a sentence that says what can") {
  CHECK(contains(refused([](RuntimeOptions& o) { o.workers = 5000; }), "5000 workers were asked for"));
  CHECK(contains(refused([](RuntimeOptions& o) { o.workers = 5000; }), "one per CPU is the default"));
  CHECK(contains(refused([](RuntimeOptions& o) { o.stack_size = (std::size_t{1} << 30) + 1; }),
                 "stack_size must be from 16 KiB to 1 GiB"));
  CHECK(contains(refused([](RuntimeOptions& o) { o.stack_size = 1; }), "stack_size must be from 16 KiB"));
  CHECK(contains(refused([](RuntimeOptions& o) { o.max_processes = 0; }), "max_processes must be from 1 to"));
  CHECK(contains(refused([](RuntimeOptions& o) { o.max_processes = std::size_t{1} << 40; }),
                 "max_processes must be from 1 to"));
  CHECK(contains(refused([](RuntimeOptions& o) { o.slice = 0; }), "slice must be at least one reduction"));
  CHECK(contains(refused([](RuntimeOptions& o) { o.slice = -1; }), "slice must be at least one reduction"));
}

TEST_CASE("a spawn that asks for an impossible stack throws in the caller, which goes on") {
  Runtime runtime(quiet());
  auto outcome = runtime.run([] {
    std::string sentence =
        sentence_of<std::invalid_argument>([] { spawn({.stack_size = (std::size_t{1} << 30) + 1}, [] {}); });
    spawn_monitor([] {});
    return std::pair(sentence, receive<Down>().reason);
  });
  CHECK(contains(outcome.first, "a stack is at most 1 GiB"));
  CHECK(outcome.second.is_normal());
}

TEST_CASE("a runtime that was refused leaves nothing behind: the next one works") {
  CHECK(contains(refused([](RuntimeOptions& o) { o.workers = 5000; }), "throng: "));
  Runtime runtime(quiet());
  CHECK(runtime.run([] { return 7; }) == 7);
}
