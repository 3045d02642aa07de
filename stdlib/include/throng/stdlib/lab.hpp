// What the user's own shared object is given by `throng lab --load FILE.so`, and what it says of itself. It
// exports one or both of these functions, under the names of C:
//
//     extern "C" void throng_lab_workload(throng::LabRun& run);
//     extern "C" void throng_lab_policies(throng::LabPolicies& policies);
//
// The command calls the first on a thread of its own, once for each run, with a new runtime; the second once,
// when it has loaded the object. docs/lab.md says how to build it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <throng/scheduler/policy.hpp>
#include <throng/vm/runtime.hpp>
#include <utility>
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

// Policies of the user's own, by the names by which `--policy` chooses them.
class LabPolicies {
 public:
  struct Entry {
    std::string name;
    PolicyFactory factory;
  };
  void add(std::string name, PolicyFactory factory) {
    entries_.push_back({std::move(name), std::move(factory)});
  }
  const std::vector<Entry>& entries() const noexcept { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace throng

// Here, so that the command finds them in an object that is built with -fvisibility=hidden, too.
extern "C" {
[[gnu::visibility("default")]] void throng_lab_workload(throng::LabRun& run);
[[gnu::visibility("default")]] void throng_lab_policies(throng::LabPolicies& policies);
}
