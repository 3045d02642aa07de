#include <throng/stdlib/agent.hpp>

namespace throng::detail {

// A name may lead to an agent with another state: the asker is told, and nothing is touched.
bool AgentLoop::take(ReceivedMessage& message) {
  auto* request = message.as<AgentRequest>();
  ReplyTo reply_to;
  if (auto* question = message.as<Question<AgentRequest>>()) {
    reply_to = std::move(question->reply_to);
    request = &question->message;
  }
  if (request == nullptr) return false;
  AgentAction& action = *request->action;
  if (same_type(action.state_type(), state_type_)) {
    action.act(state(), reply_to);
  } else {
    reply_to.fail(ExitReason::error("throng: the state of the agent " + self().text() + " is a " +
                                    std::string(state_type_.name) + ", not a " +
                                    std::string(action.state_type().name)));
  }
  return true;
}

Expected<Message, CallError> ask_agent(Pid agent, AgentRequest request, Duration timeout,
                                       const MessageType& wanted) {
  return call_and_wait(agent, question_of(std::move(request)), timeout, wanted);
}

void cast_to_agent(Pid agent, AgentRequest request) { cast_message(agent, message_of(std::move(request))); }

}  // namespace throng::detail
