#include <cmath>
#include <nlohmann/json.hpp>

#include "demo_report.hpp"

namespace throng::command {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::trunc(value) == value && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
  return value;
}

}  // namespace

std::string json_of(const Performance& performance) {
  Json acts = Json::object();
  Json checks = Json::array();
  for (const Played& played : performance.acts) {
    Json figures{{"count", played.result.count}, {"seconds", played.result.seconds}};
    for (const Figure& figure : played.result.figures) figures[figure.name] = number(figure.value);
    acts[played.act->name] = std::move(figures);
    for (const Check& check : played.result.checks) {
      checks.push_back({{"act", played.act->name}, {"what", check.what}, {"held", check.held}});
    }
  }
  Json all{{"command", "demo"},
           {"version", THRONG_VERSION},
           {"workers", performance.workers},
           {"processes", performance.processes},
           {"seconds", performance.seconds},
           {"ok", performance.count_failures() == 0},
           {"acts", std::move(acts)},
           {"checks", std::move(checks)}};
  return all.dump(2);
}

}  // namespace throng::command
