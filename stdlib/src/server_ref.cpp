#include <throng/stdlib/server_ref.hpp>

#include <algorithm>
#include <stdexcept>

namespace throng::detail {

Expected<Message, CallError> call_and_wait(Pid server, Message question, Duration timeout,
                                           const MessageType& wanted) {
  Message answer = ask_and_wait(server, std::move(question), timeout);
  if (value_in(answer, wanted) != nullptr) return answer;
  return Unexpected(CallError{failure_of(answer, wanted, message_type_of<Unanswered>)});
}

Message call_or_throw(Pid server, Message question, Duration timeout, const MessageType& wanted) {
  Message answer = ask_and_wait(server, std::move(question), timeout);
  if (value_in(answer, wanted) == nullptr) [[unlikely]]
    throw CallFailed(failure_of(answer, wanted, message_type_of<Unanswered>));
  return answer;
}

void no_open_call() {
  throw std::logic_error("throng: this request was answered or given up; send a new one");
}

Clock::time_point deadline_after(Duration timeout) noexcept {
  Clock::time_point now = Clock::now();
  return timeout < Clock::time_point::max() - now ? now + timeout : Clock::time_point::max();
}

Duration time_left(Clock::time_point deadline) noexcept {
  if (deadline == Clock::time_point::max()) return forever;
  return std::max(Duration::zero(), Duration(deadline - Clock::now()));
}

void cast_message(Pid server, Message message) { send_message(server, std::move(message)); }

}  // namespace throng::detail
