// What figures belong to: a machine, a system, a compiler.
#pragma once

#include <cstdint>
#include <string>

namespace throng::command {

struct MachineInfo {
  std::string cpu;
  unsigned cpus = 0;
  std::uint64_t memory_gib = 0;  // rounded
  std::string kernel;
  std::string compiler;  // of this command; the scenarios are built along with it

  std::string text() const;
};

MachineInfo this_machine();

// In what two machines differ, in words; empty: they may be one and the same. The compiler is no part of the
// machine: two compilers may be compared on one.
std::string difference(const MachineInfo& one, const MachineInfo& other);

std::string utc_now();  // 2024-02-29T12:00:00Z

}  // namespace throng::command
