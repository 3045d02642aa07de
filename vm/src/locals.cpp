#include "locals.hpp"

#include <throng/vm/process_local.hpp>

#include "machine.hpp"

namespace throng::detail {

void* runtime_local(const RuntimeLocal& wanted) {
  return require_process("runtime_local()").machine->locals.find_or_make(wanted);
}

Message& local_place(const MessageType& type) {
  std::vector<Message>& locals = require_process("process_local()").ensure_relations().locals;
  for (Message& local : locals) {
    if (local && same_type(*local.get()->type, type)) return local;
  }
  return locals.emplace_back();
}

}  // namespace throng::detail
