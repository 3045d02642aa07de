// bench_scenarios NAME [--count N] [--processes N] [--workers N] [--runs N] [--policy NAME]: one JSON line a
// run, on stdout. Without a name: the list of scenarios.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string_view>

#include "scenario.hpp"

namespace {

using namespace throng_bench;

int usage() {
  std::fprintf(
      stderr,
      "usage: bench_scenarios NAME [--count N] [--processes N] [--workers N] [--runs N] [--policy NAME]\n");
  for (const Scenario& scenario : scenarios()) {
    std::fprintf(stderr, "  %-14s %s (N = %zu, processes = %zu)\n", scenario.name.data(),
                 scenario.definition.data(), scenario.default_count, scenario.default_processes);
  }
  return 2;
}

// The number behind `option`, or `otherwise`; ends the program if there is none.
std::size_t number_after(int argc, char** argv, const char* option, std::size_t otherwise) {
  for (int i = 2; i < argc; ++i) {
    if (std::strcmp(argv[i], option) != 0) continue;
    char* end = nullptr;
    const unsigned long long value = i + 1 < argc ? std::strtoull(argv[i + 1], &end, 10) : 0;
    if (end == nullptr || end == argv[i + 1] || *end != '\0') {
      std::fprintf(stderr, "bench_scenarios: %s needs a number\n", option);
      std::exit(2);
    }
    return static_cast<std::size_t>(value);
  }
  return otherwise;
}

// The word behind `--policy`, or the name of the built-in queues.
std::string_view policy_name(int argc, char** argv) {
  for (int i = 2; i + 1 < argc; ++i) {
    if (std::strcmp(argv[i], "--policy") == 0) return argv[i + 1];
  }
  return "built_in";
}

}  // namespace

int main(int argc, char** argv) {
  const Scenario* scenario = argc > 1 ? find_scenario(argv[1]) : nullptr;
  if (scenario == nullptr) return usage();
  const Parameters parameters{number_after(argc, argv, "--count", 0),
                              number_after(argc, argv, "--processes", 0)};
  const auto workers = static_cast<unsigned>(number_after(argc, argv, "--workers", 1));
  const std::string_view policy = policy_name(argc, argv);
  try {
    for (std::size_t runs = number_after(argc, argv, "--runs", 1); runs > 0; --runs) {
      std::puts(run_scenario(*scenario, parameters, workers, policy).json().c_str());
      std::fflush(stdout);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
