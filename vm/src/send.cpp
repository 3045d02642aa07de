#include <throng/vm/send.hpp>

#include "machine.hpp"
#include "record.hpp"
#include "runtime_call.hpp"

namespace throng::detail {

void send_message(Pid to, Message message) {
  RuntimeCall runtime_call("send()");
  Process& sender = runtime_call.process();
  enter_call(sender, price::send);
  if (is_rejected(sender)) return;  // its end is settled: EXT-5
  note_send(*sender.worker, to, message.get());
  sender.machine->deliver(to, message.release_signal(), *sender.worker);
}

void send_message(const Alias& to, Message message) {
  RuntimeCall runtime_call("send()");
  Process& sender = runtime_call.process();
  enter_call(sender, price::send);
  if (is_rejected(sender)) return;
  Signal* signal = message.release_signal();
  signal->kind = aliased_message_kind;
  signal->address = to.reference();
  note_send(*sender.worker, to.owner(), signal);
  sender.machine->deliver(to.owner(), signal);
}

void send_message(std::string_view name, Message message) {
  RuntimeCall runtime_call("send()");
  Process& sender = runtime_call.process();
  handle_signals(sender);
  if (is_rejected(sender)) return;
  std::optional<Pid> to;
  {
    Unbroken unbroken(sender);
    to = sender.machine->find_name(name);
  }
  if (!to)
    throw BadName("throng: send() to the name \"" + std::string(name) + "\", which nobody has registered");
  send_message(*to, std::move(message));
}

}  // namespace throng::detail
