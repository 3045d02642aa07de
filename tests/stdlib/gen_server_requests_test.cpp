// GSV-9, GSV-10: casts, requests to be waited for later, one question to many servers, names.
#include "checks.hpp"

using namespace behaviours;

namespace {

struct Get {
  using Reply = int;
};
struct Set {
  int value = 0;
};
struct Hold {};     // calls are kept from now on
struct Release {};  // and answered now
struct Touch {
  using Reply = void;
};

class Cell {
 public:
  using Protocol = Messages<Get, Set, Hold, Release, Touch>;
  explicit Cell(int value) : value_(value) {}

  void handle_call(Get, From<Get> from) {
    if (holds_) {
      kept_.push_back(std::move(from));
    } else {
      from.reply(value_);
    }
  }
  void handle_call(Touch) {}
  void handle_cast(Set set) { value_ = set.value; }
  void handle_cast(Hold) { holds_ = true; }
  void handle_cast(Release) {
    holds_ = false;
    for (From<Get>& from : kept_) from.reply(value_);
    kept_.clear();
  }

 private:
  int value_;
  bool holds_ = false;
  std::vector<From<Get>> kept_;
};

template <class F>
std::string refusal_of(F f) {
  try {
    f();
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("GSV-9: a cast never fails and never waits") {
  on_both([](Checks& check) {
    ServerRef<Cell>(dead_process()).cast(Set{1});
    ServerRef<Cell>().cast(Set{1});
    ServerName<Cell>("nobody").cast(Set{1});
    auto server = gen_server::start_link<Cell>(0);
    server.cast(Set{5});
    check(server.call(Get{}) == 5, "it arrives before what is sent later");
  });
}

TEST_CASE("GSV-10: several requests are open at once and waited for in any order") {
  on_both([](Checks& check) {
    auto one = gen_server::start_link<Cell>(1), two = gen_server::start_link<Cell>(2);
    auto first = one.send_request(Get{});
    auto second = two.send_request(Get{});
    auto third = one.send_request(Get{});
    check(third.receive(patience) == 1 && second.receive(patience) == 2 && first.receive(patience) == 1,
          "each its own answer");
    auto nothing = one.send_request(Touch{});
    check(nothing.receive(patience).has_value(), "one without a value");
    check(
        ServerName<Cell>("nobody").send_request(Get{}).receive(patience).error().reason == ExitReason::noproc,
        "noproc");
    check(queue_length() == 0, "no answer was in the queue");
  });
}

TEST_CASE("GSV-10: wait() does not abandon: it may be asked again") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Cell>(3);
    server.cast(Hold{});
    auto request = server.send_request(Get{});
    check(!request.wait(5ms).has_value(), "not yet");
    check(!request.wait(0ms).has_value(), "still not");
    server.cast(Release{});
    auto answer = request.wait(patience);
    check(answer.has_value() && *answer == 3, "now");
  });
}

TEST_CASE("GSV-10: receive() gives up when the time is over, and a later answer is dropped") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Cell>(4);
    server.cast(Hold{});
    auto request = server.send_request(Get{});
    auto answer = request.receive(5ms);
    check(!answer && answer.error().reason == ExitReason::timeout, "given up");
    {
      auto dropped = server.send_request(Get{});  // nobody waits for it
    }
    server.cast(Release{});
    check(server.call(Get{}) == 4, "the next call has its own answer");
    check(queue_length() == 0, "nothing in the mailbox");
  });
}

TEST_CASE("GSV-10: a request that was answered or given up says so when it is asked again") {
  on_both([](Checks& check) {
    auto server = gen_server::start_link<Cell>(4);
    auto answered = server.send_request(Get{});
    check(answered.wait(patience).has_value(), "answered");
    check(contains(refusal_of([&] { answered.wait(patience); }), "throng: "), "wait() after the answer");
    check(contains(refusal_of([&] { static_cast<void>(answered.receive(patience)); }), "throng: "),
          "receive() after the answer");
    auto received = server.send_request(Get{});
    check(received.receive(patience) == 4, "received");
    check(contains(refusal_of([&] { static_cast<void>(received.receive(patience)); }), "throng: "),
          "receive() twice");
    gen_server::PendingCall<int> empty;
    check(contains(refusal_of([&] { empty.wait(patience); }), "throng: "), "one that was never sent");
  });
}

TEST_CASE("GSV-10: a request whose server ends has the server's reason") {
  on_both([](Checks& check) {
    auto server = gen_server::start<Cell>(4);
    server.cast(Hold{});
    auto request = server.send_request(Get{});
    server.call(Touch{});
    gen_server::stop(server, ExitReason::custom(5));
    auto answer = request.receive(patience);
    check(!answer && answer.error().reason == ExitReason::custom(5), "the reason");
  });
}

TEST_CASE("GSV-9: multi_call gives the answers in the order of the servers, and drops late ones") {
  on_both([](Checks& check) {
    auto one = gen_server::start_link<Cell>(1), two = gen_server::start_link<Cell>(2);
    std::vector<ServerRef<Cell>> servers{two, ServerRef<Cell>(dead_process()), one};
    auto answers = gen_server::multi_call(servers, Get{});
    check(answers.size() == 3, "as many as servers");
    check(answers[0] == 2 && answers[2] == 1, "in their order");
    check(!answers[1] && answers[1].error().reason == ExitReason::noproc, "who does not live");

    one.cast(Hold{});
    auto late = gen_server::multi_call(servers, Get{}, 10ms);
    check(late[0] == 2 && !late[2] && late[2].error().reason == ExitReason::timeout, "who is late");
    one.cast(Release{});
    check(one.call(Get{}) == 1 && queue_length() == 0, "its answer is dropped");

    std::vector<ServerName<Cell>> nobody{ServerName<Cell>("nobody")};
    check(gen_server::multi_call(nobody, Get{})[0].error().reason == ExitReason::noproc, "by names");
    check(gen_server::multi_call(std::vector<ServerRef<Cell>>{}, Get{}).empty(), "nobody is asked");
  });
}

TEST_CASE("GSV-2: a ServerName finds who has the name now") {
  on_both([](Checks& check) {
    ServerName<Cell> name(std::string("cell"));
    check(!name.whereis() && name.text() == "cell", "nobody");
    auto first = gen_server::start<Cell>(StartOptions{.name = "cell"}, 1);
    check(name.call(Get{}) == 1 && name.whereis() == first.pid(), "the first");
    gen_server::stop(name);
    check(name.try_call(Get{}).error().reason == ExitReason::noproc, "nobody in between");
    auto second = gen_server::start<Cell>(StartOptions{.name = name.name()}, 2);
    name.cast(Set{3});
    check(name.call(Get{}) == 3 && name.whereis() == second.pid(), "the second");
    // It travels.
    ExitReason end =
        reason_of([](ServerName<Cell> to) { throng::exit(ExitReason::custom(to.call(Get{}))); }, name);
    check(end == ExitReason::custom(3), "in another process");
  });
}
