// Residents: an object that a process lives for. The process starts it, then rests; every message, of
// whatever type and strictly in arrival order, is given to it, on whatever stack is warm. The form of rest()
// for those who write behaviours: one compiled loop serves all of them, and which messages an object takes is
// its own affair. Thread: the object belongs to its process; nobody else touches it.
#pragma once

#include <memory>
#include <throng/vm/body.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/rest.hpp>
#include <throng/vm/spawn.hpp>

namespace throng {

// A message as it came, its type known by descriptor only. The payload may be moved from.
class ReceivedMessage {
 public:
  explicit ReceivedMessage(detail::Message message) noexcept : message_(std::move(message)) {}

  const detail::MessageType& type() const noexcept { return *message_.get()->type; }
  void* payload() const noexcept { return message_.payload(); }
  // The message itself, to be kept for later; this object is then empty.
  detail::Message release() noexcept { return std::move(message_); }
  // The value if it is an M, else null.
  template <class M>
  M* as() const noexcept {
    return detail::same_type(type(), detail::message_type_of<M>) ? static_cast<M*>(payload()) : nullptr;
  }

 private:
  detail::Message message_;
};

class Resident {
 public:
  Resident() = default;
  Resident(const Resident&) = delete;
  Resident& operator=(const Resident&) = delete;
  virtual ~Resident() = default;

  // The process's first act. May do everything a process may.
  virtual void start() {}
  // The next message. The process ends by exit() or an exception, as any does.
  virtual void handle(ReceivedMessage& message) = 0;
};

struct ResidentOptions {
  SpawnOptions spawn{};
  bool link = false;
  bool monitor = false;
};

// Errors: NotInProcess; LimitReached.
Spawned spawn_resident(const ResidentOptions& options, std::unique_ptr<Resident> resident);

// For a body to return: the process, which has run as a function until now, goes on as this resident.
[[nodiscard]] detail::Rest become(std::unique_ptr<Resident> resident);

// What the calling process lives for; null for one that was spawned with a function.
Resident* current_resident();

}  // namespace throng
