#include <throng/vm/explore.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "exhaustive.hpp"

namespace throng::simulation {

namespace {

using detail::Trial;
using detail::Verdict;

Verdict run_again(const Trial& trial, Options options, const Schedule& schedule) {
  options.schedule = schedule;
  return trial(options, nullptr);
}

// Makes a schedule smaller by leaving parts out, as long as the run still goes wrong and ends as it did:
// halves first, then smaller and smaller parts, down to single deviations. What is left needs each of its
// parts.
class Shrinker {
 public:
  Shrinker(const Trial& trial, const Options& options, const Verdict& found, std::uint64_t runs)
      : trial_(trial), options_(options), best_(found), left_(runs) {}

  Verdict shrink() {
    if (tries({})) return best_;
    std::size_t parts = 2;
    while (left_ > 0 && size() > 1) {
      parts = std::min(parts, size());
      if (leaves_out_one_of(parts)) {
        parts = std::max<std::size_t>(parts - 1, 2);
      } else if (parts == size()) {
        break;
      } else {
        parts *= 2;
      }
    }
    return best_;
  }

 private:
  std::size_t size() const { return best_.report.schedule.deviations.size(); }

  bool leaves_out_one_of(std::size_t parts) {
    const std::vector<Deviation> all = best_.report.schedule.deviations;
    for (std::size_t part = 0; part < parts; ++part) {
      auto from = all.begin() + static_cast<std::ptrdiff_t>(all.size() * part / parts);
      auto to = all.begin() + static_cast<std::ptrdiff_t>(all.size() * (part + 1) / parts);
      Schedule without;
      without.deviations.assign(all.begin(), from);
      without.deviations.insert(without.deviations.end(), to, all.end());
      if (tries(without)) return true;
    }
    return false;
  }

  // Keeps what the run did of the schedule: parts that no longer fit anywhere are gone.
  bool tries(const Schedule& schedule) {
    if (left_ == 0) return false;
    --left_;
    Verdict verdict = run_again(trial_, options_, schedule);
    bool same = !verdict.wrong.empty() && verdict.report.ending == best_.report.ending;
    bool smaller = verdict.report.schedule.deviations.size() < size();
    if (same && smaller) best_ = std::move(verdict);
    return same && smaller;
  }

  const Trial& trial_;
  const Options& options_;
  Verdict best_;
  std::uint64_t left_;
};

// What was found, replayed and made smaller.
void conclude(Exploration& result, const Trial& trial, const Options& options, const Verdict& found,
              std::string how, std::uint64_t shrink_runs) {
  result.wrong = found.wrong;
  result.how = std::move(how);
  result.found = result.shrunk = found.report;
  Verdict again = run_again(trial, options, found.report.schedule);
  if (again.wrong.empty() || again.report.trace_hash != found.report.trace_hash) {
    result.wrong +=
        "\nthrong: run again with its schedule it went another way; something in the program is not "
        "simulated, "
        "such as real time, threads of its own or what earlier runs left behind";
    return;
  }
  Verdict smallest = Shrinker(trial, options, again, shrink_runs).shrink();
  result.wrong = smallest.wrong;
  result.shrunk = smallest.report;
}

double chance_of(const Report& report, unsigned depth) {
  double actors = std::max<double>(1, static_cast<double>(report.actors));
  double steps = std::max<double>(1, static_cast<double>(report.steps));
  return 1 / (actors * std::pow(steps, depth > 1 ? depth - 1 : 0));
}

std::string text_of(double chance) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2g", chance);
  return text;
}

}  // namespace

Exploration detail::explore(const Effort& effort, const Trial& trial) {
  Exploration result;
  Options options = effort.options;
  auto goes_wrong = [&](std::string how) {
    ++result.runs;
    Verdict verdict = trial(options, nullptr);
    if (result.runs == 1) {
      options.length = std::max<std::uint64_t>(verdict.report.steps, 1);
      result.chance = chance_of(verdict.report, options.depth);
    }
    if (verdict.wrong.empty()) return false;
    conclude(result, trial, options, verdict, std::move(how), effort.shrink_runs);
    return true;
  };
  if (options.schedule) {
    goes_wrong("its schedule");
    return result;
  }
  options.strategy = Strategy::ordinary;
  if (goes_wrong("the ordinary order")) return result;
  for (std::uint64_t i = 0; i < effort.random_runs + effort.pct_runs; ++i) {
    bool random = i < effort.random_runs;
    options.strategy = random ? Strategy::random : Strategy::pct;
    options.seed = effort.options.seed + i;
    if (goes_wrong(random ? "random" : "pct of depth " + std::to_string(options.depth))) return result;
  }
  return result;
}

Exploration detail::exhaust(const Bounds& bounds, const Trial& trial) {
  Exploration result;
  Options options = bounds.options;
  const Faults& faults = options.faults;
  if (faults.crash > 0 || faults.drop > 0 || faults.delay > 0 || faults.slow > Duration::zero())
    throw std::invalid_argument(
        "throng: exhaustive() takes no faults: they are drawn by lot, which is not in any order; use "
        "explore()");
  options.step_time = Duration::zero();  // or two steps that change places would end at other times
  auto chooser = std::make_shared<throng::detail::ExhaustiveChooser>(bounds);
  while (result.runs < bounds.max_runs) {
    ++result.runs;
    Verdict verdict = trial(options, chooser);
    if (!verdict.wrong.empty()) {
      result.stands_still = true;
      conclude(result, trial, options, verdict, "exhaustive search", bounds.shrink_runs);
      return result;
    }
    if (!chooser->next()) {
      result.complete = !chooser->was_bounded();
      return result;
    }
  }
  return result;
}

std::string Exploration::text() const {
  std::string count = std::to_string(runs) + (runs == 1 ? " run" : " runs");
  if (passed()) {
    if (complete) return "throng: " + count + ", which are all there are, and none went wrong";
    std::string text = "throng: " + count + ", and none went wrong";
    if (chance > 0)
      text += "; of the pct ones each had a chance of " + text_of(chance) +
              " at least to show a mistake of its depth";
    return text;
  }
  std::size_t left = shrunk.schedule.deviations.size();
  std::string text = wrong + "\nFound in run " + std::to_string(runs) + " by " + how + ", seed " +
                     std::to_string(found.seed) + ".";
  if (left == 0) return text + " It goes wrong in the ordinary order too.";
  text += " Of " + std::to_string(found.schedule.deviations.size()) +
          " deviations from the ordinary order it needs " + std::to_string(left) + ":\n" + shrunk.story;
  if (stands_still) text += "Its steps took no time: set options.step_time to zero.\n";
  return text + "To run it again: simulation::replay(\"" + shrunk.schedule.text() + "\", options, program)";
}

}  // namespace throng::simulation
