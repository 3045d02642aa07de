// `throng lab`: runs a workload under several policies by turns and says in what they differ.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <throng/scheduler/clock.hpp>
#include <throng/stdlib/lab.hpp>
#include <throng/vm/recording.hpp>
#include <vector>

namespace throng::command {

// By the runtime's clock, for workloads that say when what was asked came.
inline std::int64_t now_ns() { return Clock::now().time_since_epoch().count(); }

struct Workload {
  std::string name;
  std::string purpose;
  std::function<void(LabRun&)> run;
};

const std::vector<Workload>& built_in_workloads();

// A shared object of the user's, with what it has of the two.
struct Loaded {
  std::optional<Workload> workload{};
  LabPolicies policies{};
};
// Of several the last workload counts, and all policies. Errors: std::runtime_error with what a file lacks,
// or which of its policies can't be had. What is loaded stays loaded.
Loaded load(const std::vector<std::string>& paths);
// The processes of a recording, each with what it computed and when it was woken. Errors: std::runtime_error
// if there is nothing in it to be replayed.
Workload replay_of(const Recording& recording, const std::string& path);

// Computes for so many reductions, some 25 ns each, and charges for them. Thread: in a process.
void work(std::uint64_t reductions);

enum class Better : std::uint8_t { more, less, neither };
struct Measure {
  const char* name;
  const char* unit;
  const char* meaning;
  Better better;
};
// What each run is measured by; a run's figures are in this order, NaN for one that it does not have.
const std::vector<Measure>& all_measures();
std::vector<double> measure(const LabRun& run, double seconds, const RuntimeInfo& info,
                            const Recording& recording);

struct LabOptions {
  std::vector<std::string> policies;
  LabPolicies own{};  // that may be among them, beside those that come along
  unsigned workers = 0;
  unsigned runs = 0;
  std::uint64_t seed = 0;
  double size = 1;
};

// What one policy has shown: figures[measure][turn].
struct PolicyResult {
  std::string policy;
  std::vector<std::vector<double>> figures{};
};
struct LabResult {
  std::string workload;
  std::string purpose;
  std::string machine;
  LabOptions options;
  std::vector<PolicyResult> policies{};
  Recording last{};  // of the last run
};

// Errors: std::invalid_argument for a name that is neither in `own` nor comes along.
PolicyFactory policy_of(const LabPolicies& own, const std::string& name);
// `told` hears of each run before it begins. Throws what a Runtime throws.
LabResult run_lab(const Workload& workload, const LabOptions& options,
                  const std::function<void(const std::string&)>& told);

std::string table_of(const LabResult& result);
std::string json_of(const LabResult& result);
std::string html_of(const LabResult& result);

}  // namespace throng::command
