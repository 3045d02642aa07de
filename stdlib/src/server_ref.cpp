#include <throng/stdlib/server_ref.hpp>

namespace throng::detail {

Expected<Message, CallError> call_and_wait(Pid server, OpenQuestion& open, Message question, Duration timeout,
                                           const MessageType& wanted) {
  if (server == self())
    return Unexpected(
        CallError{ExitReason::error("throng: calling_self: a server that calls itself waits for ever")});
  open.ask(server, std::move(question));
  Message answer = open.wait(timeout);
  if (value_in(answer, wanted) != nullptr) return answer;
  return Unexpected(CallError{failure_of(answer, wanted, message_type_of<Unanswered>)});
}

Pid pid_of_name(std::string_view name) { return whereis(name).value_or(Pid()); }

void cast_message(Pid server, Message message) { send_message(server, std::move(message)); }

}  // namespace throng::detail
