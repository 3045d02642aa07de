// The runtime's side of possessions: taking them over, and giving them up at the end.
#pragma once

#include <throng/vm/possession.hpp>

#include "signals.hpp"

namespace throng::detail {

class Process;
struct Relations;

// The signal adopt_kind has reached its process, or a place where none lives.
void adopt(Process& process, Signal* signal) noexcept;
void give_up_entrusted(Machine& machine, Pid dead, Signal* signal) noexcept;
Farewell farewell_of(Machine& machine, Pid process, const ExitReason& reason) noexcept;
void give_up_all(Machine& machine, Relations& relations, Pid pid, const ExitReason& reason) noexcept;

}  // namespace throng::detail
