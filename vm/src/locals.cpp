#include "locals.hpp"

#include <throng/vm/process_local.hpp>

#include "machine.hpp"

namespace throng::detail {

void* runtime_local(const RuntimeLocal& wanted) {
  Process& process = require_process("runtime_local()");
  Unbroken unbroken(process);
  touch(*process.machine, touched_world);
  return process.machine->locals.find_or_make(wanted);
}

Message& local_place(const MessageType& type) {
  Process& process = require_process("process_local()");
  Unbroken unbroken(process);
  std::vector<Message>& locals = process.ensure_relations().locals;
  for (Message& local : locals) {
    if (local && same_type(*local.get()->type, type)) return local;
  }
  return locals.emplace_back();
}

}  // namespace throng::detail
