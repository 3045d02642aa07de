// The command line of `throng`: which subcommands there are, and how every failure reaches the user: one
// sentence on stderr and an exit code.
#pragma once

namespace throng::command {

enum ExitCode : int {
  exit_ok = 0,
  exit_failed = 1,  // it ran, and something did not hold or could not be had
  exit_usage = 2,   // it did not start: the arguments ask for what makes no sense
};

int run_command_line(int argc, char** argv) noexcept;

}  // namespace throng::command
