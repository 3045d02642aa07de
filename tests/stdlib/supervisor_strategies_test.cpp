// SUP-4, SUP-3: whom the end of a child takes along, in which order, and who comes again.
#include <random>

#include "children.hpp"

using namespace behaviours;

namespace {

supervisor::Ref start(Strategy strategy, std::vector<ChildSpec> children, Backoff backoff = {}) {
  return supervisor::start_link(
      {.strategy = strategy, .intensity = patient, .backoff = backoff, .children = std::move(children)});
}

}  // namespace

TEST_CASE("SUP-4: one_for_one restarts only the one that failed") {
  on_both([](Checks& check) {
    auto supervisor = start(Strategy::one_for_one, workers({"a", "b", "c"}));
    check(next_texts(3) == "+a +b +c", "started");
    Pid a = pid_of("a"), c = pid_of("c");
    kill("b");
    check(next_texts(1) == "+b", "it alone");
    supervisor.count_children();
    check(pid_of("a") == a && pid_of("c") == c && texts().empty(), "the others are left alone");
  });
}

TEST_CASE("SUP-4: one_for_all ends the others in reverse order and starts all in order") {
  on_both([](Checks& check) {
    auto supervisor = start(Strategy::one_for_all, workers({"a", "b", "c", "d"}));
    check(next_texts(4) == "+a +b +c +d", "started");
    kill("b");
    check(next_texts(7) == "-d -c -a +a +b +c +d", "one in the middle");
    kill("a");
    check(next_texts(7) == "-d -c -b +a +b +c +d", "the first");
    kill("d");
    check(next_texts(7) == "-c -b -a +a +b +c +d", "the last");
    check(supervisor.count_children().active == 4 && run_all({"a", "b", "c", "d"}), "all run");
  });
}

TEST_CASE("SUP-4: rest_for_one does so with those that were started after the one that failed") {
  on_both([](Checks& check) {
    auto supervisor = start(Strategy::rest_for_one, workers({"a", "b", "c", "d"}));
    check(next_texts(4) == "+a +b +c +d", "started");
    Pid a = pid_of("a");
    kill("b");
    check(next_texts(5) == "-d -c +b +c +d", "one in the middle");
    kill("d");
    check(next_texts(1) == "+d", "the last, alone");
    check(pid_of("a") == a, "the first was left alone");
    kill("a");
    check(next_texts(7) == "-d -c -b +a +b +c +d", "the first takes all");
    check(supervisor.count_children().active == 4, "all run");
  });
}

TEST_CASE("SUP-4: children that were added later belong to the order") {
  on_both([](Checks& check) {
    auto supervisor = start(Strategy::rest_for_one, workers({"a"}));
    supervisor.start_child(worker("b"));
    supervisor.start_child(worker("c"));
    check(next_texts(3) == "+a +b +c", "started");
    kill("b");
    check(next_texts(3) == "-c +b +c", "by the time of their start");
  });
}

TEST_CASE("SUP-3: a temporary bystander is ended and not started again, and its spec goes") {
  on_both([](Checks& check) {
    for (Strategy strategy : {Strategy::one_for_all, Strategy::rest_for_one}) {
      for (const std::string& temporary : {std::string("b"), std::string("c"), std::string("d")}) {
        std::vector<ChildSpec> children;
        std::string expected_ends, expected_starts = " +a";
        for (const std::string name : {"a", "b", "c", "d"}) {
          children.push_back(name == temporary ? worker(name).restart(Restart::temporary) : worker(name));
        }
        for (const std::string name : {"d", "c", "b"})
          expected_ends += (expected_ends.empty() ? "-" : " -") + name;
        for (const std::string name : {"b", "c", "d"}) {
          if (name != temporary) expected_starts += " +" + name;
        }
        auto supervisor = start(strategy, children);
        check(next_texts(4) == "+a +b +c +d", "started");
        kill("a");
        check(next_texts(6) == expected_ends + expected_starts, temporary + " does not come again");
        check(!supervisor.which_child(temporary) && supervisor.count_children().specs == 3, "its spec goes");
        supervisor.stop();
        texts();
      }
    }
  });
}

TEST_CASE("SUP-3: of temporary children alone nothing is left when a permanent first one takes them along") {
  on_both([](Checks& check) {
    auto temporary = [](const std::string& name) { return worker(name).restart(Restart::temporary); };
    auto supervisor =
        start(Strategy::one_for_all, {temporary("a"), temporary("b"), worker("c"), temporary("d")});
    check(next_texts(4) == "+a +b +c +d", "started");
    kill("c");
    check(next_texts(4) == "-d -b -a +c", "the permanent one comes again alone");
    auto left = supervisor.which_children();
    check(left.size() == 1 && left[0].id == "c" && left[0].pid, "and is the only one left");
    kill("c");
    check(next_texts(1) == "+c", "again and again");
  });
}

TEST_CASE("SUP-3: a temporary child that ends by itself takes nobody along") {
  on_both([](Checks& check) {
    auto supervisor =
        start(Strategy::one_for_all, {worker("a"), worker("b").restart(Restart::temporary), worker("c")});
    check(next_texts(3) == "+a +b +c", "started");
    Pid b = pid_of("b");
    kill("b");
    wait_for_end(b);
    check(supervisor.count_children().active == 2 && texts().empty(), "the others run on");
  });
}

TEST_CASE("SUP-4: those that had ended or were terminated start with the others, wherever they stand") {
  on_both([](Checks& check) {
    auto supervisor = start(Strategy::one_for_all,
                            {worker("a").restart(Restart::transient), worker("b"), worker("c"), worker("d")});
    check(next_texts(4) == "+a +b +c +d", "started");
    Pid a = pid_of("a");
    by_name("a").cast(Leave{ExitReason::normal});
    wait_for_end(a);
    supervisor.terminate_child("b");
    supervisor.terminate_child("d");
    check(next_texts(3) == "-a -b -d", "three do not run");
    kill("c");
    check(next_texts(4) == "+a +b +c +d", "all start");
  });
}

TEST_CASE("SUP-4, SUP-5: a bystander whose restart fails is then the one that failed") {
  on_both([](Checks& check) {
    auto all = start(Strategy::one_for_all, workers({"a", "b", "c"}));
    check(next_texts(3) == "+a +b +c", "started");
    plan.fail("c", 1);
    kill("b");
    check(next_texts(10) == "-c -a +a +b !c -b -a +a +b +c", "one_for_all: all over again");
    all.stop();
    texts();
    auto rest = start(Strategy::rest_for_one, workers({"a", "b", "c", "d"}));
    check(next_texts(4) == "+a +b +c +d", "started");
    plan.fail("c", 2);
    kill("b");
    check(next_texts(7) == "-d -c +b !c !c +c +d", "rest_for_one: from there on");
    check(rest.count_children().active == 4, "all run");
  });
}

TEST_CASE("SUP-4, SUP-11: with a pause the others are ended at once and all come again after it") {
  on_both([](Checks& check) {
    Backoff pause{.first = 15ms, .jitter_percent = 0};
    auto all = start(Strategy::one_for_all, workers({"a", "b", "c"}), pause);
    check(next_texts(3) == "+a +b +c", "started");
    auto before = Clock::now();
    kill("b");
    check(next_texts(2) == "-c -a", "ended");
    check(next_texts(3) == "+a +b +c", "one_for_all");
    check(Clock::now() - before >= 15ms, "after the pause");
    all.stop();
    texts();
    start(Strategy::rest_for_one, workers({"a", "b", "c"}), pause);
    check(next_texts(3) == "+a +b +c", "started");
    kill("b");
    check(next_texts(3) == "-c +b +c", "rest_for_one");
  });
}

TEST_CASE("SUP-4: whatever ends when, all children run again and none of them twice") {
  on_both([](Checks& check) {
    for (Strategy strategy : {Strategy::one_for_one, Strategy::one_for_all, Strategy::rest_for_one}) {
      std::vector<ChildSpec> children;
      auto body = [] { receive<Never>(); };
      for (int i = 0; i < 8; ++i) children.push_back(supervisor::process(std::to_string(i), body));
      auto supervisor = supervisor::start_link(
          {.strategy = strategy, .intensity = {.restarts = 100'000, .within = 1s}, .children = children});
      std::minstd_rand random(static_cast<unsigned>(strategy) + 1);
      for (int round = 0; round < repetitions(100); ++round) {
        auto infos = supervisor.which_children();
        for (std::size_t k = 0; k < 1 + random() % 3; ++k) {
          auto pid = infos[random() % infos.size()].pid;
          if (pid) throng::exit(*pid, random() % 2 == 0 ? ExitReason::kill : ExitReason::error("chance"));
        }
      }
      std::vector<Pid> last;
      yield_until([&] {
        last.clear();
        for (const ChildInfo& info : supervisor.which_children()) {
          if (!info.pid || !is_alive(*info.pid)) return false;
          last.push_back(*info.pid);
        }
        return true;
      });
      check(last.size() == 8, "eight children");
      check(info_of(supervisor.pid()).links.size() == 9, "linked to them and to the starter, nobody else");
      supervisor.stop();
      for (Pid child : last) check(!is_alive(child), "none is left");
    }
  });
}
