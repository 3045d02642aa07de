// RCV-5 for several questions at once: the wait for whichever is answered first.
#include "support.hpp"

using namespace semantics;

namespace {

using detail::AnyAnswer;
using detail::OpenQuestion;

struct Ask {
  int number = 0;
};

// Answers in the order in which it is told to.
void echo() {
  for (;;) {
    auto question = receive<detail::Question<Ask>>();
    question.reply_to.answer(question.message.number);
  }
}

int value_of(OpenQuestion& open) {
  detail::Message answer = open.wait(patience);
  void* value = detail::value_in(answer, detail::message_type_of<detail::Answered<int>>);
  if (value == nullptr) throw std::runtime_error("an answer that must come did not come in time");
  return static_cast<detail::Answered<int>*>(value)->value;
}

using Questions = std::vector<std::unique_ptr<OpenQuestion>>;

Questions ask(Pid server, int count) {
  Questions open;
  for (int i = 0; i < count; ++i) {
    open.push_back(std::make_unique<OpenQuestion>());
    open.back()->ask(server, detail::question_of(Ask{i}));
  }
  return open;
}

std::uint64_t expect_label(AnyAnswer& any) {
  std::optional<std::uint64_t> label = any.wait(patience);
  if (!label) throw std::runtime_error("an answer that must come did not come in time");
  return *label;
}

}  // namespace

TEST_CASE("RCV-5: of several questions each is reported once, in the order of the answers") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [labels, values, nothing] = runtime.run([] {
      Questions open = ask(spawn_link(echo), 4);
      AnyAnswer any;
      for (std::size_t i = 0; i < open.size(); ++i) any.watch(*open[i], 10 * i);
      std::vector<std::uint64_t> seen;
      std::vector<int> answers;
      for (std::size_t i = 0; i < open.size(); ++i) {
        seen.push_back(expect_label(any));
        answers.push_back(value_of(*open[seen.back() / 10]));
      }
      return std::tuple{seen, answers, !any.wait(0ms) && any.watched() == 0};
    });
    CHECK(labels == std::vector<std::uint64_t>{0, 10, 20, 30});
    CHECK(values == std::vector<int>{0, 1, 2, 3});
    CHECK(nothing);
  });
}

TEST_CASE("RCV-5: a question that is answered before it is watched is reported too") {
  Runtime runtime(quiet(1));
  auto [label, value] = runtime.run([] {
    Questions open = ask(spawn_link(echo), 2);
    value_of(*open[1]);  // the one before has been answered by now
    AnyAnswer any;
    any.watch(*open[0], 7);
    std::uint64_t found = expect_label(any);
    return std::pair{found, value_of(*open[0])};
  });
  CHECK(label == 7);
  CHECK(value == 0);
}

TEST_CASE("RCV-5: a failure is an answer") {
  Runtime runtime(quiet(1));
  ExitReason reason = runtime.run([] {
    OpenQuestion first, second;
    AnyAnswer any;
    any.watch(first, 1);
    any.watch(second, 2);
    second.ask(dead_process(), detail::question_of(Ask{}));
    if (expect_label(any) != 2) return ExitReason::normal;
    detail::Message answer = second.wait(0ms);
    return detail::failure_of(answer, detail::message_type_of<detail::Answered<int>>,
                              detail::message_type_of<detail::Unanswered>);
  });
  CHECK(reason == ExitReason::noproc);
}

TEST_CASE("RCV-5: questions and those who watch them end in any order") {
  Runtime runtime(quiet(1));
  auto [rest, single, moved] = runtime.run([] {
    Pid server = spawn_link(echo);
    Questions open = ask(server, 3);
    std::vector<std::uint64_t> left;
    {
      AnyAnswer any;
      for (std::size_t i = 0; i < open.size(); ++i) any.watch(*open[i], i);
      open[1].reset();  // whether it is answered by now or not
      left = {expect_label(any), expect_label(any)};
      if (any.wait(0ms)) left.push_back(99);
    }
    auto alone = std::make_unique<OpenQuestion>();
    {
      AnyAnswer any;
      any.watch(*alone, 1);
    }
    alone->ask(server, detail::question_of(Ask{5}));
    int value = value_of(*alone);
    // The last who asks watches.
    Questions again = ask(server, 1);
    AnyAnswer before, after;
    before.watch(*again[0], 1);
    after.watch(*again[0], 2);
    bool took_over = expect_label(after) == 2 && !before.wait(0ms) && before.watched() == 0;
    return std::tuple{left, value, took_over};
  });
  CHECK(rest == std::vector<std::uint64_t>{0, 2});
  CHECK(single == 5);
  CHECK(moved);
}

TEST_CASE("RCV-5: the wait for any answer has an end, and takes nothing from the queue") {
  Runtime runtime(quiet(1));
  auto [timed_out, queued] = runtime.run([] {
    for (int i = 0; i < 100; ++i) send(self(), Number{i});
    Pid silent = waiting_process();
    Questions open = ask(silent, 2);
    AnyAnswer any;
    for (auto& question : open) any.watch(*question, 0);
    bool over = !any.wait(1ms);
    return std::pair{over, count_queued<Number>()};
  });
  CHECK(timed_out);
  CHECK(queued == 100);
}

TEST_CASE("RCV-5: who is killed in a wait for any answer leaves nothing behind") {
  on_one_and_two_workers([](Runtime& runtime) {
    ExitReason reason = runtime.run([] {
      auto [asker, watch] = spawn_monitor(
          [](Pid server, Pid parent) {
            Questions open = ask(server, 50);
            AnyAnswer any;
            for (auto& question : open) any.watch(*question, 0);
            send(parent, Go{});
            while (true) any.wait(patience);
          },
          waiting_process(), self());
      expect<Go>();
      exit(asker, ExitReason::kill);
      return expect_down(watch).reason;
    });
    CHECK(reason == ExitReason::killed);
  });
}
