#include "locals.hpp"

#include <throng/vm/process_local.hpp>

#include "machine.hpp"
#include "runtime_call.hpp"

namespace throng::detail {

void* runtime_local(const RuntimeLocal& wanted) {
  RuntimeCall runtime_call("runtime_local()");
  Process& process = runtime_call.process();
  Unbroken unbroken(process);
  return process.machine->locals.find_or_make(wanted);
}

Message& local_place(const MessageType& type) {
  RuntimeCall runtime_call("process_local()");
  Process& process = runtime_call.process();
  Unbroken unbroken(process);
  std::vector<Message>& locals = process.ensure_relations().locals;
  for (Message& local : locals) {
    if (local && same_type(*local.get()->type, type)) return local;
  }
  return locals.emplace_back();
}

}  // namespace throng::detail
