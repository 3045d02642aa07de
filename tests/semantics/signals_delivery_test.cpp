// SIG-4, SIG-5, SIG-7 to SIG-9: what becomes of a signal on its way, and what a message is when it has
// arrived.
#include <array>
#include <throng/mailbox/shared.hpp>

#include "support.hpp"

using namespace semantics;

TEST_CASE("SIG-4: a message to a process that does not live is dropped and destroyed") {
  Runtime runtime(quiet(1));
  std::atomic<int> ended{0};
  runtime.run(trusted([&ended] {
    Pid gone = dead_process();
    send(gone, Witness(ended));
    send(Pid(), Witness(ended));
    send_after(0ms, gone, Witness(ended));
    yield_until([&ended] { return ended == 3; });
  }));
  CHECK(ended == 3);
}

TEST_CASE("SIG-4: messages that a process has not received are destroyed with it") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<int> ended{0};
    runtime.run(trusted([&ended] {
      Pid victim = waiting_process();
      for (int i = 0; i < 100; ++i) send(victim, Witness(ended));
      exit(victim, ExitReason::kill);
      for (int i = 0; i < 100; ++i) send(victim, Witness(ended));
      wait_for_end(victim);
    }));
    CHECK(ended == 200);
  });
}

TEST_CASE("SIG-4: the dead answer to a link, a monitor and a question, and to nothing else") {
  struct Answers {
    ExitReason link, monitor;
    bool alive = true, known = true;
    std::size_t left_over = 99;
  };
  Runtime runtime(quiet(1));
  Answers answers = runtime.run([] {
    trap_exit(true);
    Answers result;
    Pid gone = dead_process();
    link(gone);
    result.link = expect_exit(gone).reason;
    result.monitor = expect_down(monitor(gone)).reason;
    result.alive = is_alive(gone);
    result.known = process_info(gone).has_value();
    send(gone, Go{});
    unlink(gone);
    exit(gone, ExitReason::kill);
    demonitor(Monitor());
    yield();
    result.left_over = queue_length();
    return result;
  });
  CHECK(answers.link == ExitReason::noproc);
  CHECK(answers.monitor == ExitReason::noproc);
  CHECK_FALSE(answers.alive);
  CHECK_FALSE(answers.known);
  CHECK(answers.left_over == 0);
}

TEST_CASE("SIG-5: sending to a pid never fails and never waits for the receiver") {
  Runtime runtime(quiet(1));
  std::size_t length = runtime.run([] {
    Pid never_receives = waiting_process();
    for (int i = 0; i < repetitions(100'000); ++i) send(never_receives, Number{i});
    return info_of(never_receives).message_queue_len;
  });
  CHECK(length == static_cast<std::size_t>(repetitions(100'000)));
}

TEST_CASE("SIG-5: sending to a name that nobody has fails in the caller, which may go on") {
  struct Result {
    std::string text;
    bool after_unregistering = false, uncaught = false;
  };
  Runtime runtime(quiet(1));
  Result result = runtime.run([] {
    Result seen;
    try {
      send("nobody", Go{});
    } catch (const BadName& error) {
      seen.text = error.what();
    }
    register_name("somebody", self());
    unregister_name("somebody");
    try {
      send("somebody", Go{});
    } catch (const BadName&) {
      seen.after_unregistering = true;
    }
    seen.uncaught = reason_of([] { send("nobody", Go{}); }).is_error();
    return seen;
  });
  CHECK(result.text.find("nobody") != std::string::npos);
  CHECK(result.after_unregistering);
  CHECK(result.uncaught);
}

TEST_CASE("SIG-7: of many senders at once, each one's messages stand in the order sent") {
  struct Numbered {
    int sender, number;
  };
  on_one_and_two_workers([](Runtime& runtime) {
    static constexpr int senders = 20;
    static const int each = repetitions(500);
    int misplaced = runtime.run([] {
      for (int sender = 0; sender < senders; ++sender) {
        spawn(
            [](Pid to, int id) {
              for (int i = 0; i < each; ++i) {
                send(to, Numbered{id, i});
                if (i % 50 == id) yield();
              }
            },
            self(), sender);
      }
      std::array<int, senders> next{};
      int wrong = 0;
      for (int i = 0; i < senders * each; ++i) {
        auto message = expect<Numbered>();
        if (next[static_cast<std::size_t>(message.sender)]++ != message.number) ++wrong;
      }
      return wrong;
    });
    CHECK(misplaced == 0);
  });
}

TEST_CASE("SIG-7: messages of different types share one order") {
  Runtime runtime(quiet(1));
  std::string order = runtime.run([] {
    send(self(), Number{1});
    send(self(), Text{"2"});
    send(self(), Number{3});
    send(self(), Text{"4"});
    std::string seen;
    for (int i = 0; i < 4; ++i) {
      seen += receive([](Text text) { return text.value; },
                      [](Number number) { return std::to_string(number.value); },
                      after(0ms, [] { return std::string("none"); }));
    }
    return seen;
  });
  CHECK(order == "1234");
}

TEST_CASE("SIG-8: a process that asks about itself sees all that has arrived, received or not") {
  on_one_and_two_workers([](Runtime& runtime) {
    struct Lengths {
      std::size_t own = 0, of_others = 0, types = 0;
    };
    std::atomic<bool> sent{false};
    Lengths lengths = runtime.run(trusted([&sent] {
      Lengths result;
      for (int i = 0; i < 3; ++i) send(self(), Number{i});
      result.own = queue_length();
      spawn(trusted([&sent](Pid to) {
              for (int i = 0; i < 4; ++i) send(to, Number{i});
              sent = true;
            }),
            self());
      yield_until([&sent] { return sent.load(); });
      result.of_others = queue_length();
      result.types = info_of(self()).messages.size();
      return result;
    }));
    CHECK(lengths.own == 3);
    CHECK(lengths.of_others == 7);
    CHECK(lengths.types == 7);
  });
}

TEST_CASE("SIG-9: an rvalue is moved to the receiver, an lvalue is copied") {
  struct Owner {
    std::unique_ptr<int> value;
  };
  struct Result {
    bool same_object = false, copy_is_own = false, sender_keeps = false, argument_moved = false;
  };
  Runtime runtime(quiet(1));
  Result result = runtime.run([] {
    Result seen;
    auto value = std::make_unique<int>(42);
    const int* address = value.get();
    send(self(), Owner{std::move(value)});
    seen.same_object = expect<Owner>().value.get() == address;

    Text text{std::string(100, 'x')};
    send(self(), text);
    auto copy = expect<Text>();
    copy.value[0] = 'y';
    seen.copy_is_own = copy.value.data() != text.value.data();
    seen.sender_keeps = text.value == std::string(100, 'x');

    auto argument = std::make_unique<int>(7);
    address = argument.get();
    spawn([](Pid to, std::unique_ptr<int> mine) { send(to, Owner{std::move(mine)}); }, self(),
          std::move(argument));
    seen.argument_moved = expect<Owner>().value.get() == address;
    return seen;
  });
  CHECK(result.same_object);
  CHECK(result.copy_is_own);
  CHECK(result.sender_keeps);
  CHECK(result.argument_moved);
}

TEST_CASE("SIG-9: a Shared value reaches many receivers without being copied") {
  Runtime runtime(quiet(2));
  bool same = runtime.run([] {
    Shared<std::string> large(std::string(100'000, 'x'));
    for (int i = 0; i < 10; ++i) {
      spawn([](Pid to) { send(to, expect<Shared<std::string>>()); }, self());
    }
    for (int i = 0; i < 10; ++i) {
      spawn([](Pid to, Shared<std::string> value) { send(to, value); }, self(), large);
    }
    std::vector<Pid> all = processes();
    for (Pid process : all) {
      if (process != self()) send(process, large);
    }
    for (int i = 0; i < 20; ++i) {
      if (!expect<Shared<std::string>>().same_as(large)) return false;
    }
    return true;
  });
  CHECK(same);
}

TEST_CASE("SIG-9: large and over-aligned messages arrive as they were sent") {
  struct Large {
    std::array<int, 50'000> values;
  };
  struct alignas(128) Aligned {
    int value = 0;
  };
  struct Result {
    bool intact = true, aligned = false;
  };
  Runtime runtime(quiet(2));
  Result result = runtime.run([] {
    Result seen;
    spawn(
        [](Pid to) {
          auto large = std::make_unique<Large>();
          for (std::size_t i = 0; i < large->values.size(); ++i) large->values[i] = static_cast<int>(i);
          send(to, std::move(large));
          send(to, Aligned{5});
        },
        self());
    auto large = expect<std::unique_ptr<Large>>();
    for (std::size_t i = 0; i < large->values.size(); ++i) {
      if (large->values[i] != static_cast<int>(i)) seen.intact = false;
    }
    seen.aligned = receive(
        [](const Aligned& message) {
          return message.value == 5 && reinterpret_cast<std::uintptr_t>(&message) % 128 == 0;
        },
        after(patience, [] { return false; }));
    return seen;
  });
  CHECK(result.intact);
  CHECK(result.aligned);
}
