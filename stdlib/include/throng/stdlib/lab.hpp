// What a workload of the user's own is given by `throng lab --load FILE.so`, and what it says of itself. The
// shared object exports one function of C's,
//
//     extern "C" void throng_lab_workload(throng::LabRun& run);
//
// which the command calls on a thread of its own, once for each run, with a new runtime. docs/lab.md says how
// to build it.
#pragma once

#include <cstdint>
#include <optional>
#include <throng/vm/runtime.hpp>
#include <vector>

namespace throng {

struct LabRun {
  Runtime& runtime;        // under the policy that is measured
  std::uint64_t seed = 0;  // the same for each policy in one turn
  double size = 1;         // --size: how much work there shall be, 1 is the usual
  unsigned workers = 1;

  // -- written by the workload
  std::uint64_t operations = 0;           // what it has done, in a unit of its own
  std::optional<std::uint64_t> missed{};  // of these: too late; nothing where there are no deadlines
  std::vector<std::int64_t> latencies{};  // ns; of operations, as many as it likes to tell of
};

}  // namespace throng
