// Runs contenders by turns, and takes down what they report or why there is no report.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "bench.hpp"
#include "bench_report.hpp"
#include "child.hpp"
#include "cpu_distance.hpp"
#include "statistics.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

using Json = nlohmann::ordered_json;

// A contender may say other things first; its report is what it says last.
std::string last_line(std::string text) {
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  std::size_t end_of_line = text.rfind('\n');
  return end_of_line == std::string::npos ? text : text.substr(end_of_line + 1);
}

// What one unit takes of memory: as the scenario itself has measured it, else of the whole program's.
double bytes_per_unit(const std::map<std::string, double>& figures, std::uint64_t size) {
  for (const auto& [name, value] : figures) {
    if (name.starts_with("bytes_per_")) return value;
  }
  auto peak = figures.find("peak_rss_bytes");
  return peak == figures.end() ? none : peak->second / static_cast<double>(size);
}

BenchRun run_once(const Contender& contender, const BenchLine& line, unsigned workers, unsigned timeout) {
  BenchRun run;
  ChildOutcome outcome = run_child(command_of(contender, line, workers), std::chrono::seconds(timeout));
  run.seconds = outcome.seconds;
  run.failure = outcome.failure;
  // A contender that does not know the name prints its usage.
  if (outcome.exit_code == 2 && !scenarios_in(outcome.err).empty())
    run.failure = fmt::format("has no {}", line.scenario);
  if (!run.failure.empty()) return run;
  try {
    run.report = last_line(outcome.out);
    run.figures = figures_of_report(run.report, line);
  } catch (const std::runtime_error& error) {
    run.failure = error.what();
  }
  return run;
}

double distance(unsigned workers) { return workers < 2 ? none : cpu_distance().value_or(none); }

BenchSeries run_series(const std::vector<Contender>& contenders, const BenchLine& line, unsigned workers,
                       const BenchOptions& options, Progress& progress) {
  BenchSeries series{line, workers, distance(workers), none};
  std::vector<bool> out(contenders.size(), false);
  std::uint64_t done = 0;
  for (unsigned turn = 1; turn <= options.runs; ++turn) {
    // By turns, A B A B: what slows the machine down for a while slows down all of them.
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      if (!out[i]) {
        BenchRun run = run_once(contenders[i], line, workers, options.timeout_seconds);
        run.contender = i;
        run.turn = turn;
        out[i] = !run.failure.empty();
        series.runs.push_back(std::move(run));
      }
      progress.set(++done);
    }
  }
  series.distance_after = distance(workers);
  return series;
}

std::string summary_of(const BenchSeries& series, const std::vector<Contender>& contenders) {
  std::string text;
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    const BenchCell cell = cell_of(series, i, series.line.figures[0].name);
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", contenders[i].name,
                        cell.failure.empty() ? figure_text(cell) : "failed");
  }
  return text + " " + series.line.figures[0].unit;
}

}  // namespace

std::vector<std::string> command_of(const Contender& contender, const BenchLine& line, unsigned workers) {
  std::vector<std::string> command{contender.program, line.scenario};
  auto add = [&command](const char* option, std::uint64_t value) {
    if (value == 0) return;
    command.emplace_back(option);
    command.push_back(std::to_string(value));
  };
  add("--count", line.count);
  add("--processes", line.processes + line.processes_per_worker * workers);
  add("--workers", workers);
  add("--runs", 1);
  for (const std::string& setting : line.settings) {
    command.emplace_back("--set");
    command.push_back(setting);
  }
  return command;
}

std::map<std::string, double> figures_of_report(const std::string& report, const BenchLine& line) {
  const Json json = Json::parse(report, nullptr, false);
  if (!json.is_object())
    throw std::runtime_error(fmt::format("printed no report but: {}", first_line(report)));
  std::map<std::string, double> figures;
  for (const auto& [name, value] : json.items()) {
    if (value.is_number()) figures[name] = value.get<double>();
  }
  if (json.value("workload", Json()) != Json(line.scenario))
    throw std::runtime_error(fmt::format("reported on another workload: {}", first_line(report)));
  auto time = figures.find("ns_per_operation");
  if (time == figures.end() || !std::isfinite(time->second) || time->second < 0)
    throw std::runtime_error(fmt::format("reported no ns_per_operation: {}", first_line(report)));
  if (line.size > 0) figures["bytes_per_unit"] = bytes_per_unit(figures, line.size);
  return figures;
}

std::vector<BenchSeries> run_bench(const std::vector<Contender>& contenders,
                                   const std::vector<BenchLine>& lines, const BenchOptions& options,
                                   Progress& progress) {
  std::vector<BenchSeries> all;
  for (BenchLine line : lines) {
    if (options.count > 0) line.count = options.count;
    for (unsigned workers : options.workers) {
      progress.begin(fmt::format("{}, {}", line.label, workers_text(workers)),
                     std::uint64_t{options.runs} * contenders.size());
      all.push_back(run_series(contenders, line, workers, options, progress));
      progress.end(summary_of(all.back(), contenders));
    }
  }
  return all;
}

}  // namespace throng::command
