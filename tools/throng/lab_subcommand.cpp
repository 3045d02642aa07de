// `throng lab`: its options, what may be asked for, and where the results go.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include "arguments.hpp"
#include "command_line.hpp"
#include "lab.hpp"
#include "progress.hpp"
#include "subcommand.hpp"

namespace throng::command {
namespace {

// What the library says, without the prefix that the command puts before it.
std::string_view without_prefix(std::string_view sentence) {
  if (sentence.starts_with("throng: ")) sentence.remove_prefix(8);
  return sentence;
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
    app.add_option("--load", libraries_, "A workload or policies of your own, or both (docs/lab.md)")
        ->allow_extra_args(false)
        ->type_name("FILE.so");
    auto* replay = app.add_option("--replay", recording_, "A recording, to be done again")->type_name("FILE");
    built_in->excludes(replay);
    app.add_option("--policy", options_.policies, "A policy, once for each; built_in and eevdf if not given")
        ->allow_extra_args(false)
        ->type_name("NAME");
    declare_numbers(app);
    app.add_option("--json", json_, "Write the figures there")->type_name("FILE");
    app.add_option("--html", html_, "Write a page with plots there")->type_name("FILE");
    app.add_option("--record", record_, "Write the recording of the last run there")->type_name("FILE");
    app.callback([this] { load_and_check(); });
  }

  int run() override {
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

  // Behind all options: which policies there are is known when the object has been loaded.
  void load_and_check() {
    if (options_.policies.empty()) options_.policies = {"built_in", "eevdf"};
    loaded_ = load(libraries_);
    options_.own = loaded_.policies;
    bool something_is_named = !workload_.empty() || !recording_.empty();
    if (loaded_.workload && something_is_named && options_.own.entries().empty())
      throw CLI::ValidationError(
          "--load",
          fmt::format("{} has a workload and no policies, and {} is to be run; leave out one of the two",
                      libraries_.front(), workload_.empty() ? "a recording" : workload_));
    for (const std::string& name : options_.policies) {
      try {
        policy_of(options_.own, name);
      } catch (const std::invalid_argument& error) {
        throw CLI::ValidationError("--policy", std::string(without_prefix(error.what())));
      }
    }
  }

  Workload chosen() const {
    if (!recording_.empty()) return replay_of(Recording::load(recording_), recording_);
    if (workload_.empty() && loaded_.workload) return *loaded_.workload;
    auto found = std::ranges::find(built_in_workloads(), workload_, &Workload::name);
    if (found == built_in_workloads().end())
      throw std::invalid_argument(
          "throng: say what to run, such as `throng lab pairs` (`throng lab --help` lists "
          "what there is)");
    return *found;
  }

  LabOptions options_{.policies = {}, .workers = 0, .runs = 7, .seed = 1, .size = 1};
  std::vector<std::string> libraries_;
  std::string workload_, recording_, json_, html_, record_;
  Loaded loaded_;
};

}  // namespace

std::unique_ptr<Subcommand> make_lab_subcommand() { return std::make_unique<LabSubcommand>(); }

}  // namespace throng::command
