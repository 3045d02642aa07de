// DYN-1: many copies of one child, and the way to the one that a key belongs to.
#include <set>

#include "children.hpp"

using namespace behaviours;

namespace {

struct WhichOne {
  using Reply = std::size_t;
};
struct Break {};

class Part {
 public:
  using Protocol = Messages<WhichOne, Break>;
  explicit Part(std::size_t number) : number_(number) {}
  std::size_t handle_call(WhichOne) { return number_; }
  void handle_cast(Break) { throw std::runtime_error("broken"); }

 private:
  std::size_t number_;
};

ChildSpec part(std::size_t number) { return supervisor::child<Part>("part", number); }

partition_supervisor::Ref start(std::size_t partitions, Strategy strategy = Strategy::one_for_one) {
  return partition_supervisor::start_link(
      {.child = part, .partitions = partitions, .strategy = strategy, .intensity = patient});
}

template <class Key>
std::size_t number_for(const partition_supervisor::Ref& parts, const Key& key) {
  return parts.route<Part>(key).call(WhichOne{});
}

template <class E, class F>
std::string sentence_of(F f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  return "";
}

void await_restart(const partition_supervisor::Ref& parts, std::size_t number, Pid before) {
  yield_until([&] { return parts.partition(number) != before && is_alive(parts.partition(number)); });
}

}  // namespace

TEST_CASE("DYN-1: a key always leads to the same partition, and all of them are used") {
  on_both([](Checks& check) {
    auto parts = start(8);
    std::set<std::size_t> used;
    for (int key = 0; key < 500; ++key) {
      std::size_t number = number_for(parts, "key " + std::to_string(key));
      check(number == number_for(parts, "key " + std::to_string(key)), "stable");
      used.insert(number);
    }
    check(used.size() == 8, "all are used");
    for (std::size_t i = 0; i < 8; ++i)
      check(ServerRef<Part>(parts.partition(i)).call(WhichOne{}) == i, "by number");
    check(parts.count_children().active == 8 && parts.which_children()[3].id == "3", "they are its children");
  });
}

TEST_CASE("DYN-1: a Ref travels, and leads others to the same partitions") {
  on_both([](Checks& check) {
    auto parts = start(5);
    for (int key = 0; key < 20; ++key) {
      ExitReason there =
          reason_of([](partition_supervisor::Ref ref,
                       int which) { throng::exit(ExitReason::custom(number_for(ref, which))); },
                    parts, key);
      check(there == ExitReason::custom(number_for(parts, key)), "the same");
    }
  });
}

TEST_CASE("DYN-1: without a number there are as many partitions as workers") {
  for (unsigned workers : {1U, 2U, 3U}) {
    Runtime runtime(quiet(workers));
    CHECK(runtime.run([] { return start(0).partitions(); }) == workers);
  }
}

TEST_CASE("DYN-1: a partition that is restarted is found where the old one was") {
  on_both([](Checks& check) {
    auto parts = start(4);
    for (int round = 0; round < 10; ++round) {
      std::size_t number = number_for(parts, round);
      Pid before = parts.route<Part>(round).pid();
      parts.route<Part>(round).cast(Break{});
      await_restart(parts, number, before);
      check(number_for(parts, round) == number, "the same partition");
    }
    check(parts.count_children().active == 4, "all run");
  });
}

TEST_CASE("DYN-1: fewer partitions and more again: keys go to those there are") {
  on_both([](Checks& check) {
    auto parts = start(6);
    std::vector<std::size_t> before;
    for (int key = 0; key < 100; ++key) before.push_back(number_for(parts, key));
    Pid last = parts.partition(5), first = parts.partition(0);
    parts.resize(2);
    check(parts.partitions() == 2 && parts.count_children().active == 2, "two are left");
    check(!is_alive(last) && is_alive(first), "those above are ended");
    for (int key = 0; key < 100; ++key) check(number_for(parts, key) < 2, "and not asked");
    check(contains(sentence_of<std::out_of_range>([&] { parts.partition(2); }), "throng: partition 2 of 2"),
          "nor found");
    parts.resize(4);
    check(parts.count_children().active == 4, "four");
    parts.resize(6);
    check(parts.count_children().active == 6 && parts.partition(0) == first, "six");
    for (int key = 0; key < 100; ++key)
      check(number_for(parts, key) == before[static_cast<std::size_t>(key)], "keys are where they were");
    parts.resize(6);
    check(parts.count_children().active == 6, "no change is no change");
  });
}

TEST_CASE("DYN-1, SUP-4: resizing gets along with one_for_all") {
  on_both([](Checks& check) {
    auto parts = start(4, Strategy::one_for_all);
    parts.resize(2);
    Pid first = parts.partition(0), second = parts.partition(1);
    throng::exit(first, ExitReason::kill);
    await_restart(parts, 1, second);
    await_restart(parts, 0, first);
    parts.resize(4);
    check(parts.count_children().active == 4, "all run");
    for (int key = 0; key < 20; ++key) check(number_for(parts, key) < 4, "and answer");
  });
}

TEST_CASE("DYN-1: what can't be is refused in a sentence") {
  on_both([](Checks& check) {
    auto parts = start(3);
    for (std::size_t wrong : {std::size_t{0}, std::size_t{4}}) {
      std::string sentence = sentence_of<std::invalid_argument>([&] { parts.resize(wrong); });
      check(contains(sentence, "started with 3 partitions"), sentence);
    }
    check(parts.count_children().active == 3, "nothing has changed");
    std::string sentence = sentence_of<std::invalid_argument>([] { partition_supervisor::start_link({}); });
    check(contains(sentence, "needs Options::child"), sentence);
  });
}

TEST_CASE("DYN-1: stop() ends all partitions; a key then leads to nobody") {
  on_both([](Checks& check) {
    auto parts = start(3);
    std::vector<Pid> pids{parts.partition(0), parts.partition(1), parts.partition(2)};
    parts.stop();
    for (Pid pid : pids) check(!is_alive(pid), "ended");
    check(parts.route<Part>(1).try_call(WhichOne{}).error().reason == ExitReason::noproc, "noproc");
  });
}
