// RCV-5: a receive from a mark does not look at what was queued before.
#include "support.hpp"

using namespace semantics;

namespace {

const int backlog = repetitions(100'000);

struct Request {
  Pid from;
  int id = 0;
};
struct Reply {
  int id = 0;
};

void answer() {
  for (;;) {
    auto request = receive<Request>();
    send(request.from, Reply{request.id});
  }
}

std::uint64_t reductions() {
  yield();  // they are counted at the end of a turn
  return info_of(self()).reductions;
}

auto reply_to(int id) {
  return when([id](const Reply& reply) { return reply.id == id; }, [](Reply) { return true; });
}

auto or_fail() {
  return after(patience, [] { return false; });
}

// Reductions that a call costs, whose wait goes from the mark or through the whole queue. 0: it failed.
std::uint64_t cost_of_call(Pid server, int id, bool with_mark) {
  std::uint64_t before = reductions();
  ReceiveMark mark;
  send(server, Request{self(), id});
  bool answered = with_mark ? receive_after(mark, reply_to(id), or_fail()) : receive(reply_to(id), or_fail());
  return answered ? reductions() - before : 0;
}

void fill_queue(int count) {
  for (int i = 0; i < count; ++i) send(self(), Number{i});
  if (queue_length() != static_cast<std::size_t>(count)) throw std::runtime_error("the queue is not full");
}

}  // namespace

TEST_CASE("RCV-5: the cost of a call with a mark does not depend on the length of the queue") {
  struct Costs {
    std::uint64_t empty = 0, marked = 0, unmarked = 0;
    std::size_t left = 0;
  };
  on_one_and_two_workers([](Runtime& runtime) {
    Costs costs = runtime.run([] {
      Costs result;
      Pid server = spawn(answer);
      result.empty = cost_of_call(server, 1, true);
      fill_queue(backlog);
      result.unmarked = cost_of_call(server, 2, false);
      result.marked = cost_of_call(server, 3, true);
      result.left = queue_length();
      return result;
    });
    CHECK(costs.empty > 0);
    CHECK(costs.marked > 0);
    CHECK(costs.marked < costs.empty + 100);
    CHECK(costs.unmarked >= backlog);
    CHECK(costs.left == backlog);
  });
}

TEST_CASE("RCV-5: a receive from a mark sees only what came later, and leaves the rest in order") {
  struct Result {
    int first = 0, then = 0;
    std::vector<int> left;
  };
  Runtime runtime(quiet(1));
  Result result = runtime.run([] {
    Result seen;
    send(self(), Number{0});
    send(self(), Number{1});
    ReceiveMark mark;
    seen.first = receive_after(
        mark, [](Number n) { return n.value; }, after(0ms, [] { return -1; }));
    send(self(), Number{2});
    send(self(), Number{3});
    seen.then = receive_after(
        mark, [](Number n) { return n.value; }, after(0ms, [] { return -1; }));
    while (auto number = receive<Number>(0ms)) seen.left.push_back(number->value);
    return seen;
  });
  CHECK(result.first == -1);
  CHECK(result.then == 2);
  CHECK(result.left == std::vector<int>{0, 1, 3});
}

TEST_CASE("RCV-5: marks nest, as calls within calls do") {
  struct Result {
    bool outer = false, middle = false, inner = false;
    std::uint64_t cost = 0;
    std::size_t left = 0;
  };
  Runtime runtime(quiet(1));
  Result result = runtime.run([] {
    Result seen;
    Pid server = spawn(answer);
    fill_queue(backlog);
    std::uint64_t before = reductions();
    ReceiveMark first;
    send(server, Request{self(), 1});
    {
      ReceiveMark second;
      send(server, Request{self(), 2});
      {
        ReceiveMark third;
        send(server, Request{self(), 3});
        seen.inner = receive_after(third, reply_to(3), or_fail());
      }
      seen.middle = receive_after(second, reply_to(2), or_fail());
    }
    seen.outer = receive_after(first, reply_to(1), or_fail());
    seen.cost = reductions() - before;
    seen.left = queue_length();
    return seen;
  });
  CHECK(result.inner);
  CHECK(result.middle);
  CHECK(result.outer);
  CHECK(result.cost < 1000);
  CHECK(result.left == backlog);
}

TEST_CASE("RCV-5: several marks may be waited for in any order and end in any order") {
  struct Result {
    int answered = 0;
    std::uint64_t cost = 0;
  };
  Runtime runtime(quiet(1));
  Result result = runtime.run([] {
    Result seen;
    Pid server = spawn(answer);
    fill_queue(backlog);
    std::uint64_t before = reductions();
    std::vector<std::unique_ptr<ReceiveMark>> marks;
    for (int id = 0; id < 8; ++id) {
      marks.push_back(std::make_unique<ReceiveMark>());
      send(server, Request{self(), id});
    }
    for (int id : {3, 0, 7, 5, 1, 6, 2, 4}) {
      auto& mark = marks[static_cast<std::size_t>(id)];
      if (receive_after(*mark, reply_to(id), or_fail())) ++seen.answered;
      mark.reset();
    }
    seen.cost = reductions() - before;
    return seen;
  });
  CHECK(result.answered == 8);
  CHECK(result.cost < 2000);
}

TEST_CASE("RCV-5: other receives between mark and wait do not harm it, whatever they take") {
  Runtime runtime(quiet(1));
  std::vector<int> order = runtime.run([] {
    std::vector<int> taken;
    auto take = [&taken](Number number) { taken.push_back(number.value); };
    auto none = after(0ms, [&taken] { taken.push_back(-1); });
    auto is = [](int value) { return [value](const Number& number) { return number.value == value; }; };
    for (int i = 0; i < 4; ++i) send(self(), Number{i});
    ReceiveMark mark;
    receive(when(is(3), take), none);  // the message the mark stands at
    receive(when(is(2), take), none);  // and the one that stood before it
    receive_after(mark, take, none);   // nothing has come yet
    for (int i = 4; i < 7; ++i) send(self(), Number{i});
    receive(when(is(4), take), none);  // the first that the mark would see
    receive_after(mark, take, none);
    receive(take, none);
    receive(take, none);  // all that was before the mark is gone
    receive_after(mark, take, none);
    receive_after(mark, take, none);
    return taken;
  });
  CHECK(order == std::vector<int>{3, 2, -1, 4, 5, 0, 1, 6, -1});
}

TEST_CASE("RCV-5: a mark made on an empty queue sees everything that comes") {
  Runtime runtime(quiet(1));
  auto [first, second] = runtime.run([] {
    ReceiveMark mark;
    send(self(), Number{1});
    send(self(), Number{2});
    int one = receive_after(
        mark, [](Number n) { return n.value; }, after(0ms, [] { return -1; }));
    return std::pair{one, receive_after(
                              mark, [](Number n) { return n.value; }, after(0ms, [] { return -1; }))};
  });
  CHECK(first == 1);
  CHECK(second == 2);
}

TEST_CASE("RCV-5: a mark counts what has arrived, though the process had not looked since") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<bool> sent{false};
    auto [first, second] = runtime.run(trusted([&sent] {
      spawn(trusted([&sent](Pid to) {
              send(to, Number{1});
              sent = true;
            }),
            self());
      spin_until([&sent] {
        yield();
        return sent.load();
      });
      ReceiveMark mark;
      send(self(), Number{2});
      int late = receive_after(
          mark, [](Number n) { return n.value; }, after(0ms, [] { return -1; }));
      return std::pair{late, expect<Number>().value};
    }));
    CHECK(first == 2);
    CHECK(second == 1);
  });
}

TEST_CASE("RCV-5: an exception between mark and wait, or within the wait, harms no other receive") {
  struct Result {
    bool outer = false;
    int caught = 0;
    std::uint64_t cost = 0;
    int first = -1;
  };
  Runtime runtime(quiet(1));
  Result result = runtime.run([] {
    Result seen;
    Pid server = spawn(answer);
    fill_queue(backlog);
    std::uint64_t before = reductions();
    ReceiveMark outer;
    send(server, Request{self(), 1});
    try {
      ReceiveMark inner;
      throw std::runtime_error("before the wait");
    } catch (const std::runtime_error&) {
      ++seen.caught;
    }
    try {
      ReceiveMark inner;
      send(server, Request{self(), 2});
      receive_after(inner, [](Reply) { throw std::runtime_error("in the wait"); });
    } catch (const std::runtime_error&) {
      ++seen.caught;
    }
    seen.outer = receive_after(
        outer, [](Reply) { return true; }, or_fail());
    seen.cost = reductions() - before;
    seen.first = expect<Number>().value;
    return seen;
  });
  CHECK(result.caught == 2);
  CHECK(result.outer);
  CHECK(result.cost < 1000);
  CHECK(result.first == 0);
}

TEST_CASE("RCV-5: a time-out from a mark leaves marks and queue as they were") {
  Runtime runtime(quiet(1));
  auto [timed_out, later, first] = runtime.run([] {
    send(self(), Number{0});
    ReceiveMark mark;
    bool nothing = receive_after(
        mark, [](Number) { return false; }, after(1ms, [] { return true; }));
    send(self(), Number{1});
    int after_mark = receive_after(
        mark, [](Number n) { return n.value; }, after(0ms, [] { return -1; }));
    return std::tuple{nothing, after_mark, expect<Number>().value};
  });
  CHECK(timed_out);
  CHECK(later == 1);
  CHECK(first == 0);
}

TEST_CASE("RCV-5: a mark needs a process, and so does a receive") {
  CHECK_THROWS_AS(ReceiveMark(), NotInProcess);
  CHECK_THROWS_AS(receive<Never>(0ms), NotInProcess);
}
