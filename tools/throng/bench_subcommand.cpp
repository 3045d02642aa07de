// `throng bench`: its options, what may be asked for, and where the results go.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "arguments.hpp"
#include "bench_report.hpp"
#include "command_line.hpp"
#include "subcommand.hpp"

namespace throng::command {
namespace {

constexpr std::uint64_t most_count = 1'000'000'000'000;

// Beside the command as a build lays it out: BUILD/bin/throng and BUILD/bench/bench_scenarios.
std::string default_folder() {
  std::error_code failed;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failed);
  return (self.parent_path().parent_path() / "bench").string();
}

std::string rival_check(const std::string& name) {
  const std::vector<std::string>& known = known_rivals();
  if (std::ranges::find(known, name) != known.end()) return {};
  return fmt::format("there is no rival \"{}\"; there are {}", name, fmt::join(known, ", "));
}

class BenchSubcommand final : public Subcommand {
 public:
  const char* name() const override { return "bench"; }
  const char* purpose() const override {
    return "Whole workloads, measured by turns with those of other systems or builds";
  }

  void declare(CLI::App& app) override {
    std::string list = "What to run, all of these if not given:";
    for (const BenchLine& line : bench_lines()) list += " " + line.name;
    app.add_option("workload", wanted_, list);
    declare_contenders(app);
    declare_numbers(app);
    app.add_option("--json", json_, "Write all figures of all runs there")->type_name("FILE");
    app.add_option("--html", html_, "Write a page with plots there")->type_name("FILE");
    app.add_option("--markdown", markdown_, "Write a table for a document there")->type_name("FILE");
    auto* compare =
        app.add_option("--compare", compared_, "Measure nothing, compare two files that --json has written")
            ->expected(2)
            ->type_name("BEFORE AFTER");
    // Anything beside it would be left undone without a word. Not by excludes(), which help tells at each
    // option.
    app.callback([&app, compare] {
      for (const CLI::Option* option : app.get_options()) {
        if (compare->count() > 0 && option != compare && option->count() > 0)
          throw CLI::ExcludesError(compare->get_name(), option->get_name());
      }
    });
    app.footer("docs/bench.md says how figures are made, and what not to conclude.");
  }

  int run() override {
    if (!compared_.empty()) return compare_files();
    const std::vector<Contender> contenders = find_contenders(against_);
    const std::vector<BenchLine> lines =
        choose_lines(wanted_, is_growth_ ? growth_lines(sizes_) : bench_lines(), contenders[0]);
    for (const std::string& path : {json_, html_, markdown_}) require_writable(path);
    const BenchResult result = measure(contenders, lines);
    std::fputs(table_of(result).c_str(), stdout);
    if (!json_.empty()) write_file(json_, json_of(result) + "\n");
    if (!html_.empty()) write_file(html_, html_of(result));
    if (!markdown_.empty()) write_file(markdown_, markdown_of(result));
    return has_own_failure(result) ? exit_failed : exit_ok;
  }

 private:
  void declare_contenders(CLI::App& app) {
    app.add_option("--against", against_.rivals, "Other systems: go, erlang, caf, fiber")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(rival_check)
        ->type_name("NAME,NAME...");
    app.add_option(
           "--contender", against_.programs,
           "A program instead of throng's own, once for each; the first is what the others are beside")
        ->allow_extra_args(false)
        ->type_name("NAME=PATH");
    app.add_option("--contenders", against_.folder, "Where bench_scenarios and rivals/ are")
        ->type_name("DIR");
  }

  void declare_numbers(CLI::App& app) {
    app.add_option("--runs", options_.runs, "How often each has its turn; 5 if not given")
        ->check(whole_number(1, 10'000, "9"))
        ->type_name("N");
    app.add_option("--workers", options_.workers, "How many threads run processes; 1,2 if not given")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(whole_number(1, most_workers, "2"))
        ->type_name("N,N...");
    auto* count = app.add_option("--count", options_.count,
                                 "How many operations, instead of each workload's own number")
                      ->check(whole_number(1, most_count, "100000"))
                      ->type_name("N");
    auto* growth = app.add_flag("--growth", is_growth_, "What a unit costs as there are more of them");
    growth->excludes(count);
    app.add_option("--sizes", sizes_, "Of --growth; 1,000 to 4,000,000 if not given")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(whole_number(1, most_count, "100000"))
        ->type_name("N,N...")
        ->needs(growth);
    app.add_option("--timeout", options_.timeout_seconds, "Of one run; 300 if not given")
        ->check(whole_number(1, 1'000'000, "600"))
        ->type_name("SECONDS");
  }

  int compare_files() const {
    const BenchResult before = read_result(compared_[0]), after = read_result(compared_[1]);
    std::fputs(comparison_of(before, compared_[0], after, compared_[1]).c_str(), stdout);
    return exit_ok;
  }

  BenchResult measure(const std::vector<Contender>& contenders, const std::vector<BenchLine>& lines) const {
    BenchResult result;
    result.date = utc_now();
    result.version = THRONG_VERSION;
    result.machine = this_machine();
    result.contenders = contenders;
    result.runs = options_.runs;
    result.is_growth = is_growth_;
    Progress progress(
        stderr, Progress::is_terminal(stderr) ? Progress::Style::rewritten : Progress::Style::outcomes,
        Progress::Standstill::is_allowed);  // a run may take minutes, and has a limit of its own
    result.series = run_bench(contenders, lines, options_, progress);
    return result;
  }

  static bool has_own_failure(const BenchResult& result) {
    return std::ranges::any_of(result.series, [&result](const BenchSeries& series) {
      return std::ranges::any_of(series.runs, [&result](const BenchRun& run) {
        return !run.failure.empty() && !result.contenders[run.contender].is_rival;
      });
    });
  }

  BenchOptions options_{.workers = {1, 2}, .runs = 5, .count = 0, .timeout_seconds = 300};
  Against against_{.folder = default_folder()};
  std::vector<std::uint64_t> sizes_{1'000, 10'000, 100'000, 1'000'000, 4'000'000};
  std::vector<std::string> wanted_, compared_;
  std::string json_, html_, markdown_;
  bool is_growth_ = false;
};

}  // namespace

std::unique_ptr<Subcommand> make_bench_subcommand() { return std::make_unique<BenchSubcommand>(); }

}  // namespace throng::command
