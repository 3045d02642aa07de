#include <throng/vm/resident.hpp>

#include <optional>
#include <throng/vm/call.hpp>

#include "machine.hpp"
#include "runtime_call.hpp"

namespace throng {
namespace detail {
namespace {

struct ResidentBody : Body {
  std::unique_ptr<Resident> resident;
  bool started = false;
  std::optional<OpenAt> at_work_on;  // the question that it handles, written in the runtime only

  explicit ResidentBody(std::unique_ptr<Resident> who) noexcept : Body{&type_of}, resident(std::move(who)) {}

  static Body* run(Body* body) {
    auto& self = *static_cast<ResidentBody*>(body);
    static constexpr Clause whatever_comes{};
    Process& process = require_process("a resident");
    if (!std::exchange(self.started, true)) self.resident->start();
    for (;;) {
      MessageQueue::Found found;
      {
        InRuntime inside(process);
        found = receive_at_rest(process, {&whatever_comes, 1});
        self.at_work_on.reset();
        if (found.message && found.message.get()->kind == request_kind)
          self.at_work_on = static_cast<const ReplyTo*>(found.message.payload())->question();
      }
      if (!found.message) return body;
      ReceivedMessage received(std::move(found.message));
      self.resident->handle(received);
    }
  }
  static void destroy(Body* body) noexcept { static_cast<ResidentBody*>(body)->~ResidentBody(); }
  static bool question(const Body* body, OpenAt& question) noexcept {
    const std::optional<OpenAt>& mine = static_cast<const ResidentBody*>(body)->at_work_on;
    if (mine) question = *mine;
    return mine.has_value();
  }
  static constexpr Type type_of{run, destroy, "resident", question};
};

Body* resident_body(std::unique_ptr<Resident> resident) {
  void* block = allocate(sizeof(ResidentBody), alignof(ResidentBody));
  return ::new (block) ResidentBody(std::move(resident));
}

}  // namespace

}  // namespace detail

Spawned spawn_resident(const ResidentOptions& options, std::unique_ptr<Resident> resident) {
  return detail::spawn_body(options.spawn, detail::resident_body(std::move(resident)),
                            {options.link, options.monitor});
}

detail::Rest become(std::unique_ptr<Resident> resident) {
  return detail::Rest(detail::resident_body(std::move(resident)));
}

Resident* current_resident() {
  detail::RuntimeCall runtime_call("current_resident()");
  detail::Process& process = runtime_call.process();
  if (process.body == nullptr || process.body->type != &detail::ResidentBody::type_of) return nullptr;
  return static_cast<detail::ResidentBody*>(process.body)->resident.get();
}

}  // namespace throng
