// A subcommand: its name and the object behind it. To add one, write its `make_…` function in files of its
// own and name it in the table in command_line.cpp.
#pragma once

#include <memory>

namespace CLI {
class App;
}

namespace throng::command {

class Subcommand {
 public:
  virtual ~Subcommand() = default;
  virtual const char* name() const = 0;
  virtual const char* purpose() const = 0;  // one line of `throng --help`
  // Declares its options, which are members of the object.
  virtual void declare(CLI::App& app) = 0;
  // Returns the exit code. What it throws becomes one sentence on stderr and exit code 1.
  virtual int run() = 0;
};

std::unique_ptr<Subcommand> make_bench_subcommand();
std::unique_ptr<Subcommand> make_demo_subcommand();
std::unique_ptr<Subcommand> make_lab_subcommand();
std::unique_ptr<Subcommand> make_trace_subcommand();

}  // namespace throng::command
