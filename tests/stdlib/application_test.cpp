// APP-1: applications, their order, their types and their environment.
#include "semantics/support.hpp"

using namespace semantics;

namespace {

using application::Type;
using Log = std::vector<std::string>;

// What the functions of the specifications tell: they are plain functions, and find the test by its name.
void tell(const std::string& what) { send("test", Text{what}); }

Log seen() {
  Log log;
  while (std::optional<Text> next = receive<Text>(0ms)) log.push_back(std::move(next->value));
  return log;
}

// A top process that says when it ends; Go ends it normally.
Pid top_process(const char* name) {
  return spawn_link(
      {.trap_exit = true},
      [](const std::string& who) {
        receive([](Go) {},
                [&](const Exit& end) {
                  tell(who + " down");
                  exit(end.reason);
                });
      },
      std::string(name));
}

Pid start_a() {
  tell("a up");
  return top_process("a");
}
Pid start_b() {
  tell("b up");
  return top_process("b");
}
Pid start_c() {
  tell("c up");
  return top_process("c");
}
Pid start_badly() { throw std::runtime_error("no luck"); }

void load_three() {
  register_name("test", self());
  application::load({.name = "a", .description = "the first", .start = start_a});
  application::load({.name = "b", .dependencies = {"a"}, .start = start_b});
  application::load({.name = "c", .dependencies = {"b", "a"}, .start = start_c});
}

Pid top_of(const std::string& name) {
  for (const auto& running : application::which_applications())
    if (running.name == name) return running.top;
  return Pid();
}

template <class F>
std::string refusal(F call) {
  try {
    call();
  } catch (const application::Failed& failed) {
    return failed.reason().text();
  }
  return "";
}

}  // namespace

TEST_CASE("APP-1: what an application needs is started before it, and stopped after it") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [started, again, up, order, down] = runtime.run([] {
      load_three();
      Log names = application::ensure_all_started("c");
      Log none = application::ensure_all_started("c");
      Log first = seen();
      Log running;
      for (const auto& one : application::which_applications()) running.push_back(one.name);
      application::stop_all();
      return std::tuple{names, none.empty(), first, running, seen()};
    });
    CHECK(started == Log{"a", "b", "c"});
    CHECK(again);
    CHECK(up == Log{"a up", "b up", "c up"});
    CHECK(order == Log{"c", "b", "a"});
    CHECK(down == Log{"c down", "b down", "a down"});
  });
}

TEST_CASE("APP-1: start() refuses an application whose dependencies do not run, or that runs or is unknown") {
  Runtime runtime(quiet(1));
  auto [needs, twice, unknown, not_running, description] = runtime.run([] {
    load_three();
    std::string first = refusal([] { application::start("b"); });
    application::start("a");
    application::start("b");
    return std::tuple{first, refusal([] { application::start("a"); }),
                      refusal([] { application::start("x"); }), refusal([] { application::stop("c"); }),
                      application::spec_of("a")->description};
  });
  CHECK(needs.find("application b needs a") != std::string::npos);
  CHECK(twice.find("runs already") != std::string::npos);
  CHECK(unknown.find("is not loaded") != std::string::npos);
  CHECK(not_running.find("does not run") != std::string::npos);
  CHECK(description == "the first");
}

TEST_CASE("APP-1: a stop runs prep_stop, the end of the top process, and stop, in this order") {
  Runtime runtime(quiet(1));
  auto [log, gone] = runtime.run([] {
    register_name("test", self());
    application::load(
        {.name = "a", .start = start_a, .prep_stop = [] { tell("prep"); }, .stop = [] { tell("stop"); }});
    application::start("a");
    Pid top = top_of("a");
    application::stop("a");
    return std::pair{seen(), !is_alive(top) && application::which_applications().empty()};
  });
  CHECK(log == Log{"a up", "prep", "a down", "stop"});
  CHECK(gone);
}

TEST_CASE("APP-1: start phases run in order when the top process is up; one that fails undoes the start") {
  Runtime runtime(quiet(1));
  auto [log, failed, undone] = runtime.run([] {
    register_name("test", self());
    auto phase = [](const std::string& name) {
      tell("phase " + name);
      if (name == "bad") throw std::runtime_error("no phase");
    };
    application::load({.name = "a", .start = start_a, .phases = {"one", "two"}, .start_phase = phase});
    application::start("a");
    Log first = seen();
    application::load({.name = "b",
                       .start = start_b,
                       .phases = {"bad", "never"},
                       .start_phase = phase,
                       .prep_stop = [] { tell("prep"); },
                       .stop = [] { tell("stop"); }});
    std::string reason = refusal([] { application::start("b"); });
    return std::tuple{first, reason, seen()};
  });
  CHECK(log == Log{"a up", "phase one", "phase two"});
  CHECK(failed.find("no phase") != std::string::npos);
  CHECK(undone == Log{"b up", "phase bad", "b down", "stop"});
}

TEST_CASE("APP-1: a start that fails says why, and what was started for it is stopped again") {
  Runtime runtime(quiet(1));
  auto [reason, null_reason, left, log] = runtime.run([] {
    load_three();
    application::load({.name = "bad", .dependencies = {"b"}, .start = start_badly});
    application::load({.name = "nobody", .start = [] { return Pid(); }});
    application::start("a");
    std::string failed = refusal([] { application::ensure_all_started("bad"); });
    std::string no_process = application::try_start("nobody").error().text();
    return std::tuple{failed, no_process, application::which_applications().size(), seen()};
  });
  CHECK(reason.find("no luck") != std::string::npos);
  CHECK(null_reason.find("gave no process") != std::string::npos);
  CHECK(left == 1);
  CHECK(log == Log{"a up", "b up", "b down"});
}

TEST_CASE("APP-1: the end of a permanent application stops the others in order, and is reported") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [name, reason, log, refused] = runtime.run([] {
      load_three();
      application::ensure_all_started("a", Type::permanent);
      application::ensure_all_started("c", Type::temporary);
      Pid top = top_of("a");
      seen();
      send(top, Go{});
      application::End end = application::wait_for_end();
      Log stopped = seen();
      return std::tuple{end.name, end.reason, stopped, refusal([] { application::start("a"); })};
    });
    CHECK(name == "a");
    CHECK(reason.is_normal());
    CHECK(log == Log{"c down", "b down"});
    CHECK(refused.find("can be started any more") != std::string::npos);
  });
}

TEST_CASE("APP-1: a transient application may end normally; a temporary one as it likes") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [left, ended, reason] = runtime.run([] {
      load_three();
      application::start("a", Type::transient);
      application::start("b", Type::temporary);
      application::start("c", Type::transient);
      auto wait_until_down = [](const std::string& name) { yield_until([&] { return !top_of(name); }); };
      exit(top_of("b"), ExitReason::kill);
      wait_until_down("b");
      send(top_of("a"), Go{});
      wait_until_down("a");
      std::size_t still = application::which_applications().size();
      exit(top_of("c"), ExitReason::kill);
      application::End end = application::wait_for_end();
      return std::tuple{still, end.name, end.reason};
    });
    CHECK(left == 1);
    CHECK(ended == "c");
    CHECK(reason == ExitReason::killed);
  });
}

TEST_CASE(
    "APP-1: stop() is called also when an application ends by itself, and a stop that is asked for ends "
    "nobody else") {
  Runtime runtime(quiet(1));
  auto [log, others] = runtime.run([] {
    register_name("test", self());
    auto spec = [](const char* name) {
      return application::Spec{
          .name = name, .start = start_a, .prep_stop = [] { tell("prep"); }, .stop = [] { tell("stop"); }};
    };
    application::load(spec("one"));
    application::load(spec("two"));
    application::load(spec("three"));
    for (const char* name : {"one", "two"}) application::start(name, Type::permanent);
    application::start("three");
    seen();
    send(top_of("three"), Go{});
    Log first{expect<Text>().value};
    application::stop("two");
    return std::pair{first, top_of("one") != Pid()};
  });
  CHECK(log == Log{"stop"});
  CHECK(others);
}

TEST_CASE("APP-1: an application without a process runs too, and a circle of needs is refused") {
  Runtime runtime(quiet(1));
  auto [library, circle, missing] = runtime.run([] {
    application::load({.name = "library"});
    application::load(
        {.name = "user", .dependencies = {"library"}, .start = [] { return waiting_process(); }});
    Log names = application::ensure_all_started("user");
    application::load({.name = "x", .dependencies = {"y"}});
    application::load({.name = "y", .dependencies = {"x"}});
    application::load({.name = "z", .dependencies = {"unknown"}});
    return std::tuple{names, refusal([] { application::ensure_all_started("x"); }),
                      refusal([] { application::ensure_all_started("z"); })};
  });
  CHECK(library == Log{"library", "user"});
  CHECK(circle.find("needs itself") != std::string::npos);
  CHECK(missing.find("unknown is not loaded") != std::string::npos);
}

TEST_CASE("APP-1: many that want the same application started get it once") {
  on_one_and_two_workers([](Runtime& runtime) {
    int starts = runtime.run([] {
      load_three();
      std::vector<Task<void>> tasks;
      for (int i = 0; i < 8; ++i)
        tasks.push_back(task::async([] { application::ensure_all_started("c", Type::permanent); }));
      task::await_many(tasks, patience);
      return static_cast<int>(seen().size());
    });
    CHECK(starts == 3);
  });
}

TEST_CASE("APP-1: each application has an environment; what was put before stays") {
  Runtime runtime(quiet(1));
  auto [values, otherwise, all, gone] = runtime.run([] {
    application::put_env("a", "port", "1");
    application::load({.name = "a", .env = {{"port", "80"}, {"host", "here"}}});
    Log found{*application::get_env("a", "port"), *application::get_env("a", "host")};
    application::put_env("a", "host", "there");
    found.push_back(*application::get_env("a", "host"));
    application::delete_env("a", "port");
    std::string missing = application::get_env("a", "port", "none");
    std::size_t count = application::get_all_env("a").size();
    application::unload("a");
    return std::tuple{found, missing, count,
                      !application::get_env("a", "host") && application::get_all_env("b").empty()};
  });
  CHECK(values == Log{"1", "here", "there"});
  CHECK(otherwise == "none");
  CHECK(all == 1);
  CHECK(gone);
}

TEST_CASE("APP-1: loading twice, without a name, and unloading what runs are refused") {
  Runtime runtime(quiet(1));
  auto [twice, nameless, running, unknown, known] = runtime.run([] {
    application::load({.name = "a"});
    std::string again = refusal([] { application::load({.name = "a"}); });
    std::string no_name = refusal([] { application::load({}); });
    application::start("a");
    std::string runs = refusal([] { application::unload("a"); });
    application::stop("a");
    Log all = application::loaded_applications();
    application::unload("a");
    return std::tuple{again, no_name, runs, refusal([] { application::unload("a"); }), all};
  });
  CHECK(twice.find("loaded already") != std::string::npos);
  CHECK(nameless.find("has a name") != std::string::npos);
  CHECK(running.find("stop it before") != std::string::npos);
  CHECK(unknown.find("is not loaded") != std::string::npos);
  CHECK(known == Log{"a"});
}

TEST_CASE("APP-1: two runtimes share no applications, and a runtime's stop takes them along") {
  Runtime first(quiet(1)), second(quiet(2));
  first.run([] {
    application::load({.name = "a", .start = [] { return waiting_process(); }});
    application::start("a");
  });
  CHECK(second.run([] { return application::loaded_applications().empty(); }));
  CHECK(first.stop(5s).overstayed.empty());
}
