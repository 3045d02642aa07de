// The command line of a program of workloads, the same for every system:
// PROGRAM NAME [--count N] [--processes N] [--set NAME=VALUE]... [--workers N] [--runs N]: one JSON line a
// run, on stdout. Without a name: the list of this program's workloads.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "workload.hpp"

namespace bench {

class CommandLine {
 public:
  CommandLine(const std::string& description, std::vector<Entry> workloads);

  // For options of the system's own.
  CLI::App& app() noexcept { return app_; }

  // The whole of main(). `run` does the workload with this place in the list once, and returns its line.
  // Returns the exit status: 2 and the list where none was named or there is no such one, 1 and a sentence
  // where a parameter is wrong.
  int run(int argc, char** argv,
          const std::function<std::string(std::size_t place, const Parameters& parameters)>& run_once);

 private:
  CLI::App app_;
  std::vector<Entry> workloads_;
  std::string name_;
  std::vector<std::string> settings_;
  Parameters parameters_;
  std::size_t runs_ = 1;
};

}  // namespace bench
