#include <throng/stdlib/sys.hpp>

#include <throng/vm/inspect.hpp>

#include "debug.hpp"

namespace throng {
namespace detail {

Message ask_behaviour(Pid behaviour, std::unique_ptr<SysAction> action, Duration timeout,
                      const MessageType& wanted) {
  return or_call_failed(
      call_and_wait(behaviour, question_of(SysRequest{std::move(action)}), timeout, wanted));
}

namespace {

// An action that is a function of the behaviour and answers with what it returns.
template <class R>
class Call final : public SysAction {
 public:
  using Function = R (*)(Behaviour&, std::size_t number);
  Call(Function function, std::size_t number) : function_(function), number_(number) {}
  void act(Behaviour& behaviour, ReplyTo reply_to) override {
    reply_to.answer(function_(behaviour, number_));
  }

 private:
  Function function_;
  std::size_t number_;
};

template <class R>
R call_there(Pid behaviour, Duration timeout, typename Call<R>::Function function, std::size_t number = 0) {
  Message answer = ask_behaviour(behaviour, std::make_unique<Call<R>>(function, number), timeout,
                                 message_type_of<Answered<R>>);
  return std::move(static_cast<Answered<R>*>(answer.payload())->value);
}

std::uint64_t own_reductions() {
  std::optional<ProcessInfo> info = process_info(self());
  return info ? info->reductions : 0;
}

}  // namespace
}  // namespace detail

namespace sys {

using detail::Acknowledged;
using detail::call_there;

void suspend(Pid behaviour, Duration timeout) {
  call_there<Acknowledged>(behaviour, timeout, [](Behaviour& there, std::size_t) {
    there.set_suspended(true);
    return Acknowledged{};
  });
}

void resume(Pid behaviour, Duration timeout) {
  call_there<Acknowledged>(behaviour, timeout, [](Behaviour& there, std::size_t) {
    there.set_suspended(false);
    return Acknowledged{};
  });
}

bool is_suspended(Pid behaviour, Duration timeout) {
  return call_there<bool>(behaviour, timeout,
                          [](Behaviour& there, std::size_t) { return there.is_suspended(); });
}

std::string get_status(Pid behaviour, Duration timeout) {
  return call_there<std::string>(behaviour, timeout, [](Behaviour& there, std::size_t) {
    std::string text = std::string(there.type_name()) + " " + self().text();
    text += there.is_suspended() ? " suspended" : " running";
    text += "\nqueue: " + std::to_string(process_info(self())->message_queue_len);
    if (std::string status = there.status_text(); !status.empty()) text += "\nstate: " + status;
    return text;
  });
}

void trace(Pid behaviour, bool on, Duration timeout) {
  call_there<Acknowledged>(
      behaviour, timeout,
      [](Behaviour& there, std::size_t wanted) {
        there.debug().trace = wanted != 0;
        return Acknowledged{};
      },
      on ? 1 : 0);
}

void log(Pid behaviour, std::size_t n, Duration timeout) {
  call_there<Acknowledged>(
      behaviour, timeout,
      [](Behaviour& there, std::size_t limit) {
        detail::Debug& debug = there.debug();
        debug.log_limit = limit;
        while (debug.log.size() > limit) debug.log.pop_front();
        return Acknowledged{};
      },
      n);
}

std::vector<std::string> get_log(Pid behaviour, Duration timeout) {
  return call_there<std::vector<std::string>>(behaviour, timeout, [](Behaviour& there, std::size_t) {
    const detail::Debug& debug = there.debug();
    return std::vector<std::string>(debug.log.begin(), debug.log.end());
  });
}

void statistics(Pid behaviour, bool on, Duration timeout) {
  call_there<Acknowledged>(
      behaviour, timeout,
      [](Behaviour& there, std::size_t wanted) {
        detail::Debug& debug = there.debug();
        debug.statistics = wanted != 0;
        debug.since = Clock::now();
        debug.messages_in = 0;
        debug.reductions_before = detail::own_reductions();
        return Acknowledged{};
      },
      on ? 1 : 0);
}

std::optional<Statistics> get_statistics(Pid behaviour, Duration timeout) {
  return call_there<std::optional<Statistics>>(
      behaviour, timeout, [](Behaviour& there, std::size_t) -> std::optional<Statistics> {
        const detail::Debug& debug = there.debug();
        if (!debug.statistics) return std::nullopt;
        return Statistics{debug.since, debug.messages_in - 1,  // without this question
                          detail::own_reductions() - debug.reductions_before};
      });
}

void no_debug(Pid behaviour, Duration timeout) {
  call_there<Acknowledged>(behaviour, timeout, [](Behaviour& there, std::size_t) {
    there.debug() = detail::Debug{};
    return Acknowledged{};
  });
}

void terminate(Pid behaviour, ExitReason reason, Duration timeout) {
  detail::stop_and_wait(behaviour, std::move(reason), timeout);
}

}  // namespace sys
}  // namespace throng
