// `throng lab`: its options, what may be asked for, and where the results go.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <throng/scheduler/policies.hpp>

#include "arguments.hpp"
#include "command_line.hpp"
#include "lab.hpp"
#include "progress.hpp"
#include "subcommand.hpp"

namespace throng::command {
namespace {

// What the library says of a name that is none, without the prefix that the command puts before it.
std::string policy_check(const std::string& name) {
  try {
    policies::named(name);
    return {};
  } catch (const std::invalid_argument& error) {
    std::string_view sentence = error.what();
    if (sentence.starts_with("throng: ")) sentence.remove_prefix(8);
    return std::string(sentence);
  }
}

std::string workload_check(const std::string& name) {
  std::string known;
  for (const Workload& workload : built_in_workloads()) {
    if (workload.name == name) return {};
    known += (known.empty() ? "" : ", ") + workload.name;
  }
  return fmt::format("there is no workload \"{}\"; there are {}", name, known);
}

std::string size_check(const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stopped == end && value >= 0.001 && value <= 1000) return {};
  return fmt::format("\"{}\" will not do; give a number from 0.001 to 1000, such as 0.5", text);
}

class LabSubcommand final : public Subcommand {
 public:
  const char* name() const override { return "lab"; }
  const char* purpose() const override {
    return "A workload under several policies, by turns, and what differs";
  }

  void declare(CLI::App& app) override {
    std::string list = "What to run:";
    for (const Workload& workload : built_in_workloads())
      list += fmt::format("\n  {}: {}", workload.name, workload.purpose);
    auto* built_in = app.add_option("workload", workload_, list)->check(workload_check);
    auto* load =
        app.add_option("--load", library_, "A workload of your own (docs/lab.md)")->type_name("FILE.so");
    auto* replay = app.add_option("--replay", recording_, "A recording, to be done again")->type_name("FILE");
    built_in->excludes(load)->excludes(replay);
    load->excludes(replay);
    app.add_option("--policy", options_.policies, "A policy, once for each; built_in and eevdf if not given")
        ->check(policy_check)
        ->type_name("NAME");
    declare_numbers(app);
    app.add_option("--json", json_, "Write the figures there")->type_name("FILE");
    app.add_option("--html", html_, "Write a page with plots there")->type_name("FILE");
    app.add_option("--record", record_, "Write the recording of the last run there")->type_name("FILE");
  }

  int run() override {
    if (options_.policies.empty()) options_.policies = {"built_in", "eevdf"};
    if (options_.workers == 0) options_.workers = std::clamp(std::thread::hardware_concurrency(), 1U, 1024U);
    LabResult result = run_lab(chosen(), options_, [](const std::string& what) {
      if (Progress::is_terminal(stderr)) std::fprintf(stderr, "%s\n", what.c_str());
    });
    std::fputs(table_of(result).c_str(), stdout);
    if (!json_.empty()) write_file(json_, json_of(result) + "\n");
    if (!html_.empty()) write_file(html_, html_of(result));
    if (!record_.empty()) result.last.save(record_);
    return exit_ok;
  }

 private:
  void declare_numbers(CLI::App& app) {
    app.add_option("--workers", options_.workers,
                   "How many threads run processes; one for each CPU if not given")
        ->check(whole_number(1, most_workers, "2"))
        ->type_name("N");
    app.add_option("--runs", options_.runs, "How often each policy has its turn; 7 if not given")
        ->check(whole_number(1, 10'000, "9"))
        ->type_name("N");
    app.add_option("--seed", options_.seed, "Of the random choices; 1 if not given")
        ->check(whole_number(0, 1'000'000'000, "1"))
        ->type_name("N");
    app.add_option("--size", options_.size, "How much work; 1 if not given, some tenths of a second")
        ->check(size_check)
        ->type_name("X");
  }

  Workload chosen() const {
    if (!library_.empty()) return load_workload(library_);
    if (!recording_.empty()) return replay_of(Recording::load(recording_), recording_);
    auto found = std::ranges::find(built_in_workloads(), workload_, &Workload::name);
    if (found == built_in_workloads().end())
      throw std::invalid_argument(
          "throng: say what to run, such as `throng lab pairs` (`throng lab --help` lists "
          "what there is)");
    return *found;
  }

  LabOptions options_{.policies = {}, .workers = 0, .runs = 7, .seed = 1, .size = 1};
  std::string workload_, library_, recording_, json_, html_, record_;
};

}  // namespace

std::unique_ptr<Subcommand> make_lab_subcommand() { return std::make_unique<LabSubcommand>(); }

}  // namespace throng::command
