#include "lab.hpp"

#include <fmt/format.h>

#include <functional>
#include <limits>
#include <stdexcept>

namespace throng::command {
namespace {

constexpr std::size_t events_per_worker = std::size_t{1} << 17;

struct Ran {
  std::vector<double> figures;
  Recording recording;
};

Ran run_once(const Workload& workload, const std::string& policy, const LabOptions& options,
             std::uint64_t seed) {
  RuntimeOptions runtime_options;
  runtime_options.workers = options.workers;
  runtime_options.seed = seed;
  runtime_options.policy = policy_of(options.own, policy);
  Runtime runtime(runtime_options);
  LabRun run{.runtime = runtime, .seed = seed, .size = options.size, .workers = options.workers};
  runtime.start_recording({.events_per_worker = events_per_worker});
  auto begin = Clock::now();
  workload.run(run);
  double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  runtime.stop(std::chrono::seconds(5));  // so that every run has been noted
  Recording recording = runtime.stop_recording();
  std::vector<double> figures = measure(run, seconds, runtime.info(), recording);
  return {std::move(figures), std::move(recording)};
}

}  // namespace

LabResult run_lab(const Workload& workload, const LabOptions& options,
                  const std::function<void(const std::string&)>& told) {
  LabResult result{workload.name, workload.purpose, {}, options};
  std::size_t measures = all_measures().size();
  for (const std::string& policy : options.policies)
    result.policies.push_back({policy, std::vector<std::vector<double>>(measures)});
  // By turns, A B A B: what slows the machine down for a while slows down all of them.
  for (unsigned turn = 0; turn < options.runs; ++turn) {
    for (PolicyResult& policy : result.policies) {
      told(fmt::format("turn {} of {}: {}", turn + 1, options.runs, policy.policy));
      Ran ran = run_once(workload, policy.policy, options, options.seed + turn);
      for (std::size_t i = 0; i < measures; ++i) policy.figures[i].push_back(ran.figures[i]);
      result.machine = ran.recording.machine;
      result.last = std::move(ran.recording);
    }
  }
  return result;
}

}  // namespace throng::command
