// `throng demo`: its options, what may be asked for, and where the results go.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>

#include "arguments.hpp"
#include "command_line.hpp"
#include "demo.hpp"
#include "demo_report.hpp"
#include "memory.hpp"
#include "subcommand.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

// A pid has 26 bits for a process's place, 67 million of them; some are left for the other acts.
constexpr std::uint64_t most_processes = 64'000'000;

class DemoSubcommand final : public Subcommand {
 public:
  const char* name() const override { return "demo"; }
  const char* purpose() const override { return "A million processes spawn, talk, crash and are noticed"; }

  void declare(CLI::App& app) override {
    app.add_option("--processes", processes_, "How many processes; a million if not given")
        ->check(whole_number(1, most_processes, "100000"))
        ->type_name("N");
    app.add_option("--workers", workers_, "How many threads run them; one for each CPU if not given")
        ->check(whole_number(1, most_workers, "2"))
        ->type_name("N");
    app.add_flag("--json", json_, "Print the figures as one JSON object and nothing else");
    app.footer(
        "Below a million processes the other acts shrink with them. The exit code is 0 only if\n"
        "every message was answered and every death noticed.");
  }

  int run() override {
    Sizes sizes(processes_);
    require_memory(
        sizes, workers_ == RuntimeOptions::default_workers ? std::thread::hardware_concurrency() : workers_);
    RuntimeOptions options;
    options.workers = workers_;
    options.max_processes = sizes.alive_at_most();
    std::FILE* progress = json_ ? stderr : stdout;
    Performance performance = play_demo(options, sizes, progress, style_on(progress));
    std::puts((json_ ? json_of(performance) : summary_of(performance)).c_str());
    return performance.count_failures() == 0 ? exit_ok : exit_failed;
  }

 private:
  // With --json only a person at a terminal has a use for progress.
  Progress::Style style_on(std::FILE* file) const {
    if (Progress::is_terminal(file)) return Progress::Style::rewritten;
    return json_ ? Progress::Style::silent : Progress::Style::lines;
  }

  // Before anything is started: half way through, the system would end the program without a word.
  static void require_memory(const Sizes& sizes, std::size_t workers) {
    require_room(sizes, memory_needed(sizes), available_bytes(), "memory",
                 "ask for fewer with --processes, or give the machine or container more");
    require_room(sizes, addresses_needed(sizes, workers), available_addresses(), "address space",
                 "ask for fewer with --processes, or raise the limit (ulimit -v)");
  }

  static void require_room(const Sizes& sizes, std::size_t needed, std::size_t available, const char* what,
                           const char* advice) {
    if (needed <= available) return;
    throw std::runtime_error(
        fmt::format("{} processes and what they say need up to {} of {}, and {} can be had here; {}",
                    in_words(sizes.processes), bytes_text(static_cast<double>(needed)), what,
                    bytes_text(static_cast<double>(available)), advice));
  }

  std::uint64_t processes_ = 1'000'000;
  unsigned workers_ = RuntimeOptions::default_workers;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Subcommand> make_demo_subcommand() { return std::make_unique<DemoSubcommand>(); }

}  // namespace throng::command
