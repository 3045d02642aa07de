// What the lab found, as a table for people and as JSON.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "lab.hpp"
#include "lab_text.hpp"
#include "statistics.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json json_of_measure(const LabResult& result, std::size_t policy, std::size_t measure) {
  const Measure& what = all_measures()[measure];
  const std::vector<double>& figures = result.policies[policy].figures[measure];
  Interval interval = confidence_of_median(figures);
  constexpr const char* betters[] = {"more", "less", "neither"};
  Json runs = Json::array();
  for (double figure : figures) runs.push_back(number(figure));
  Json json{{"unit", what.unit},
            {"better", betters[static_cast<std::size_t>(what.better)]},
            {"median", number(median(figures))},
            {"low", number(interval.low)},
            {"high", number(interval.high)},
            {"runs", std::move(runs)}};
  if (std::string verdict = verdict_on(result, policy, measure); !verdict.empty()) json["verdict"] = verdict;
  return json;
}

}  // namespace

std::string verdict_on(const LabResult& result, std::size_t policy, std::size_t measure) {
  Better better = all_measures()[measure].better;
  if (policy == 0 || better == Better::neither) return {};
  const std::vector<double>& first = result.policies[0].figures[measure];
  const std::vector<double>& figures = result.policies[policy].figures[measure];
  if (std::isnan(median(figures))) return {};
  return std::string(text_of(compare(first, figures, better == Better::more)));
}

std::string table_of(const LabResult& result) {
  std::string table =
      fmt::format("{}\n{}; {} worker{}, {} run{} of each policy, by turns, seed {}\n\n", result.purpose,
                  result.machine, result.options.workers, result.options.workers == 1 ? "" : "s",
                  result.options.runs, result.options.runs == 1 ? "" : "s", result.options.seed);
  table +=
      fmt::format("{:<14}{:<7}{:<15}{:>10}  {:<24}{}\n", "", "", "", "median", "95 %", "beside the first");
  for (std::size_t measure = 0; measure < all_measures().size(); ++measure) {
    const Measure& what = all_measures()[measure];
    if (std::isnan(median(result.policies[0].figures[measure]))) continue;  // the workload has no such thing
    for (std::size_t policy = 0; policy < result.policies.size(); ++policy) {
      const std::vector<double>& figures = result.policies[policy].figures[measure];
      Interval interval = confidence_of_median(figures);
      std::string line = fmt::format(
          "{:<14}{:<7}{:<15}{:>10}  {:<24}{}", policy == 0 ? what.name : "", policy == 0 ? what.unit : "",
          result.policies[policy].policy, short_figure(median(figures)),
          fmt::format("{} to {}", short_figure(interval.low), short_figure(interval.high)),
          verdict_on(result, policy, measure));
      table += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
  }
  return table;
}

std::string json_of(const LabResult& result) {
  Json policies = Json::array();
  for (std::size_t policy = 0; policy < result.policies.size(); ++policy) {
    Json measures = Json::object();
    for (std::size_t measure = 0; measure < all_measures().size(); ++measure)
      measures[all_measures()[measure].name] = json_of_measure(result, policy, measure);
    policies.push_back({{"policy", result.policies[policy].policy}, {"measures", std::move(measures)}});
  }
  Json all{{"command", "lab"},
           {"version", THRONG_VERSION},
           {"workload", result.workload},
           {"machine", result.machine},
           {"workers", result.options.workers},
           {"runs", result.options.runs},
           {"seed", result.options.seed},
           {"size", result.options.size},
           {"policies", std::move(policies)}};
  return all.dump(2);
}

}  // namespace throng::command
