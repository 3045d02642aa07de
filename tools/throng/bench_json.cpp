// The results as JSON, with everything raw; and read again from there.
#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "bench_report.hpp"
#include "statistics.hpp"

namespace throng::command {
namespace {

using Json = nlohmann::ordered_json;

constexpr int format_version = 1;
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
double number_of(const Json& json) { return json.is_number() ? json.get<double>() : none; }

Json json_of_machine(const MachineInfo& machine) {
  return {{"cpu", machine.cpu},
          {"cpus", machine.cpus},
          {"memory_gib", machine.memory_gib},
          {"kernel", machine.kernel},
          {"compiler", machine.compiler}};
}

Json json_of_run(const BenchRun& run, const std::vector<Contender>& contenders) {
  Json json{{"turn", run.turn}, {"contender", contenders[run.contender].name}, {"seconds", run.seconds}};
  if (run.failure.empty())
    json["report"] = Json::parse(run.report);
  else
    json["failure"] = run.failure;
  return json;
}

Json json_of_cell(const BenchCell& cell) {
  Json json{{"median", number(cell.median)}, {"least", number(cell.least)}, {"most", number(cell.most)}};
  if (cell.verdict.empty()) return json;
  json["ratio"] = number(cell.ratio);
  json["ratio_low"] = number(cell.interval.low);
  json["ratio_high"] = number(cell.interval.high);
  json["verdict"] = cell.verdict;
  return json;
}

// By contender and figure, those that count first.
Json json_of_medians(const BenchSeries& series, const std::vector<Contender>& contenders) {
  std::vector<std::string> names;
  for (const BenchFigure& figure : series.line.figures) names.push_back(figure.name);
  for (const char* name : {"ns_per_operation", "cpu_seconds", "peak_rss_bytes"}) names.emplace_back(name);
  for (std::string& name : other_figures(series)) names.push_back(std::move(name));
  Json json = Json::object();
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    Json figures = Json::object();
    for (const std::string& name : names) {
      const BenchCell cell = cell_of(series, i, name);
      if (!std::isnan(cell.median)) figures[name] = json_of_cell(cell);
    }
    json[contenders[i].name] = std::move(figures);
  }
  return json;
}

Json json_of_series(const BenchSeries& series, const std::vector<Contender>& contenders) {
  const BenchLine& line = series.line;
  Json figures = Json::array(), runs = Json::array();
  for (const BenchFigure& figure : line.figures)
    figures.push_back({{"name", figure.name}, {"unit", figure.unit}});
  for (const BenchRun& run : series.runs) runs.push_back(json_of_run(run, contenders));
  std::vector<std::string> command = command_of(contenders[0], line, series.workers);
  command.erase(command.begin());
  return {{"workload", line.name},
          {"label", line.label},
          {"scenario", line.scenario},
          {"count", line.count},
          {"processes", line.processes + line.processes_per_worker * series.workers},
          {"size", line.size},
          {"workers", series.workers},
          {"arguments", command},
          {"settings", line.settings},
          {"figures", std::move(figures)},
          {"cpu_distance_ns",
           {{"before", number(series.distance_before)}, {"after", number(series.distance_after)}}},
          {"runs", std::move(runs)},
          {"medians", json_of_medians(series, contenders)}};
}

// -- the way back

BenchRun run_of(const Json& json, const BenchLine& line, const std::vector<Contender>& contenders) {
  BenchRun run;
  const std::string name = json.at("contender");
  while (run.contender < contenders.size() && contenders[run.contender].name != name) ++run.contender;
  if (run.contender == contenders.size()) throw std::runtime_error("a run is of no contender");
  run.turn = json.at("turn");
  run.seconds = json.at("seconds");
  if (json.contains("failure")) {
    run.failure = json.at("failure");
  } else {
    run.report = json.at("report").dump();
    run.figures = figures_of_report(run.report, line);
  }
  return run;
}

BenchSeries series_of(const Json& json, const std::vector<Contender>& contenders) {
  BenchLine line = plain_line(json.at("scenario"));
  line.name = json.at("workload");
  line.label = json.at("label");
  line.count = json.at("count");
  line.processes = json.at("processes");
  line.size = json.at("size");
  line.settings = json.at("settings").get<std::vector<std::string>>();
  line.figures.clear();
  for (const Json& figure : json.at("figures"))
    line.figures.push_back({figure.at("name"), figure.at("unit")});
  if (line.figures.empty()) throw std::runtime_error("a workload has no figures");
  const Json& distance = json.at("cpu_distance_ns");
  BenchSeries series{line, json.at("workers"), number_of(distance.at("before")),
                     number_of(distance.at("after"))};
  for (const Json& run : json.at("runs")) series.runs.push_back(run_of(run, line, contenders));
  return series;
}

BenchResult result_of(const Json& json) {
  BenchResult result;
  result.date = json.at("date");
  result.version = json.at("version");
  result.runs = json.at("runs");
  result.is_growth = json.at("growth");
  const Json& machine = json.at("machine");
  result.machine = {machine.at("cpu"), machine.at("cpus"), machine.at("memory_gib"), machine.at("kernel"),
                    machine.at("compiler")};
  for (const Json& contender : json.at("contenders"))
    result.contenders.push_back(
        {contender.at("name"), contender.at("program"), contender.at("version"), contender.at("rival")});
  for (const Json& series : json.at("series")) result.series.push_back(series_of(series, result.contenders));
  return result;
}

}  // namespace

std::string json_of(const BenchResult& result) {
  Json contenders = Json::array(), series = Json::array(), growing = Json::array();
  for (const Contender& contender : result.contenders)
    contenders.push_back({{"name", contender.name},
                          {"program", contender.program},
                          {"version", contender.version},
                          {"rival", contender.is_rival}});
  for (const BenchSeries& one : result.series) series.push_back(json_of_series(one, result.contenders));
  Json all{{"command", "bench"},
           {"format", format_version},
           {"version", result.version},
           {"date", result.date},
           {"machine", json_of_machine(result.machine)},
           {"contenders", std::move(contenders)},
           {"runs", result.runs},
           {"growth", result.is_growth},
           {"series", std::move(series)}};
  if (!result.is_growth) return all.dump(2);
  for (const Growing& cost : growing_costs(result))
    growing.push_back({{"scenario", cost.scenario},
                       {"workers", cost.workers},
                       {"contender", cost.contender},
                       {"figure", cost.figure.name},
                       {"from_size", cost.from_size},
                       {"from", cost.from},
                       {"to_size", cost.to_size},
                       {"to", cost.to}});
  all["more_than_doubled"] = std::move(growing);
  return all.dump(2);
}

BenchResult read_result(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(fmt::format("throng: {} could not be opened", path));
  const Json json = Json::parse(file, nullptr, false);
  const std::string advice = "give files that `throng bench --json` has written";
  if (!json.is_object() || json.value("command", "") != "bench")
    throw std::runtime_error(fmt::format("throng: {} holds no figures of a benchmark; {}", path, advice));
  if (json.value("format", 0) != format_version)
    throw std::runtime_error(
        fmt::format("throng: {} is of another version of throng; measure again with this one", path));
  try {
    return result_of(json);
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("throng: {} is damaged ({}); {}", path, error.what(), advice));
  }
}

}  // namespace throng::command
