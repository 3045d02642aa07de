#include "command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "subcommand.hpp"

namespace throng::command {
namespace {

std::vector<std::unique_ptr<Subcommand>> all_subcommands() {
  std::vector<std::unique_ptr<Subcommand>> all;
  all.push_back(make_bench_subcommand());
  all.push_back(make_demo_subcommand());
  all.push_back(make_lab_subcommand());
  all.push_back(make_trace_subcommand());
  return all;
}

// The library's own sentences begin with its name already.
int fail(std::string_view sentence, int code) noexcept {
  constexpr std::string_view prefix = "throng: ";
  bool has_prefix = sentence.substr(0, prefix.size()) == prefix;
  std::fflush(stdout);
  std::fprintf(stderr, "%s%.*s\n", has_prefix ? "" : prefix.data(), static_cast<int>(sentence.size()),
               sentence.data());
  return code;
}

constexpr std::string_view no_memory =
    "there is not enough memory for this; ask for fewer processes, or raise the limit (ulimit -v, or the "
    "container's)";

// Where the library can't report a failed allocation any more, it comes here; a core dump would tell nobody
// what to do.
std::terminate_handler other_terminate = nullptr;
[[noreturn]] void terminated() {
  try {
    if (std::current_exception()) throw;
  } catch (const std::bad_alloc&) {
    std::_Exit(fail(no_memory, exit_failed));
  } catch (...) {
  }
  other_terminate();
  std::abort();
}

int run_chosen(Subcommand& chosen) {
  int code = chosen.run();
  // A full disk or a closed pipe must not pass for success.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    return fail("the output could not be written; is the disk full, or standard output closed?", exit_failed);
  }
  return code;
}

// Whose help a mistaken command line should look at.
std::string help_of(const std::vector<std::unique_ptr<Subcommand>>& subcommands, int argc, char** argv) {
  for (const auto& subcommand : subcommands) {
    if (argc > 1 && std::string_view(argv[1]) == subcommand->name())
      return fmt::format("throng {}", subcommand->name());
  }
  return "throng";
}

int parse_and_run(int argc, char** argv) {
  CLI::App app{"throng: lightweight processes for C++20", "throng"};
  app.set_version_flag("--version", "throng " THRONG_VERSION, "Print the version and leave");
  app.set_help_flag("-h,--help", "Print this and leave");
  app.footer("Try `throng demo`. Each subcommand has a --help of its own.");
  app.require_subcommand(0, 1);
  std::vector<std::unique_ptr<Subcommand>> subcommands = all_subcommands();
  for (auto& subcommand : subcommands) {
    CLI::App* sub = app.add_subcommand(subcommand->name(), subcommand->purpose());
    sub->set_help_flag("-h,--help", "Print this and leave");
    subcommand->declare(*sub);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error) == 0 ? exit_ok : exit_failed;  // help, version
    return fail(
        fmt::format("{} (`{} --help` lists what there is)", error.what(), help_of(subcommands, argc, argv)),
        exit_usage);
  }
  for (auto& subcommand : subcommands) {
    if (app.got_subcommand(subcommand->name())) return run_chosen(*subcommand);
  }
  return fail("say what to do, such as `throng demo` (`throng --help` lists what there is)", exit_usage);
}

}  // namespace

int run_command_line(int argc, char** argv) noexcept {
  other_terminate = std::set_terminate(terminated);
  try {
    return parse_and_run(argc, argv);
  } catch (const std::bad_alloc&) {
    return fail(no_memory, exit_failed);
  } catch (const std::exception& error) {
    return fail(error.what(), exit_failed);
  }
}

}  // namespace throng::command
