// Where the programs are, of which version, and what they know.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <sstream>
#include <stdexcept>

#include "bench.hpp"
#include "child.hpp"

namespace throng::command {
namespace {

constexpr std::chrono::seconds question_limit{10};

struct Rival {
  const char* name;
  std::vector<std::string> version_command;  // prints it among other things
};

const std::vector<Rival>& rivals() {
  // What Debian's package says is what the programs were built with.
  static const std::vector<Rival> all{
      {"go", {"go", "version"}},
      {"erlang", {"dpkg-query", "-W", "-f", "${Version}", "erlang-base"}},
      {"caf", {"dpkg-query", "-W", "-f", "${Version}", "libcaf-dev"}},
      {"fiber", {"dpkg-query", "-W", "-f", "${Version}", "libboost-fiber-dev"}},
  };
  return all;
}

// 1.19.8 of "go version go1.19.8 linux/amd64", 25.2.3 of "1:25.2.3+dfsg-1".
std::string version_of(const Rival& rival) {
  const ChildOutcome outcome = run_child(rival.version_command, question_limit);
  std::smatch found;
  static const std::regex version("[0-9]+(\\.[0-9]+)+");
  return outcome.failure.empty() && std::regex_search(outcome.out, found, version) ? found.str() : "";
}

bool is_program(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

std::string list_of(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

std::invalid_argument no_workload(const std::string& name, const std::vector<BenchLine>& all,
                                  std::vector<std::string> listed) {
  std::vector<std::string> known;
  std::vector<std::string> scenarios;
  for (const BenchLine& line : all) {
    if (std::ranges::find(known, line.name) == known.end()) known.push_back(line.name);
    scenarios.push_back(line.scenario);
  }
  std::erase_if(listed,
                [&](const std::string& one) { return std::ranges::find(scenarios, one) != scenarios.end(); });
  known.insert(known.end(), listed.begin(), listed.end());
  return std::invalid_argument(
      fmt::format("throng: there is no workload \"{}\"; there are {}", name, list_of(known)));
}

Contender given_program(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw std::invalid_argument(fmt::format(
        "throng: \"{}\" will not do; give NAME=PATH, such as old=build/old/bench_scenarios", text));
  Contender contender{text.substr(0, equals), text.substr(equals + 1)};
  if (!is_program(contender.program))
    throw std::runtime_error(fmt::format("throng: {} is no program that could be run", contender.program));
  // A name with a slash is a path, and not looked for elsewhere.
  contender.program = std::filesystem::absolute(contender.program).string();
  return contender;
}

Contender rival_named(const std::string& folder, const std::string& name) {
  auto rival = std::ranges::find(rivals(), name, [](const Rival& one) { return std::string(one.name); });
  if (rival == rivals().end())
    throw std::invalid_argument(
        fmt::format("throng: there is no rival \"{}\"; there are {}", name, list_of(known_rivals())));
  const std::string program = folder + "/rivals/" + name;
  if (!is_program(program))
    throw std::runtime_error(
        fmt::format("throng: the rival {0} has not been built; `./run bench --against {0}` does so, or "
                    "bench/rivals/build "
                    "{1}/rivals {0}",
                    name, folder));
  return {name, program, version_of(*rival), true};
}

}  // namespace

const std::vector<std::string>& known_rivals() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Rival& rival : rivals()) all.emplace_back(rival.name);
    return all;
  }();
  return names;
}

std::vector<Contender> find_contenders(const Against& against) {
  std::vector<Contender> contenders;
  for (const std::string& program : against.programs) contenders.push_back(given_program(program));
  if (contenders.empty()) {
    const std::string scenarios = against.folder + "/bench_scenarios";
    if (!is_program(scenarios))
      throw std::runtime_error(fmt::format(
          "throng: the scenarios have not been built: there is no {}; `./run bench` builds them, or give "
          "--contenders DIR",
          scenarios));
    contenders.push_back({"throng", scenarios, THRONG_VERSION});
  }
  for (const std::string& rival : against.rivals) contenders.push_back(rival_named(against.folder, rival));
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (contenders[i].name == contenders[j].name)
        throw std::invalid_argument(
            fmt::format("throng: two contenders have the name {}; give each its own", contenders[i].name));
    }
  }
  return contenders;
}

// Behind a line "Scenarios:" or "Workloads:" each name begins a line that is indented by two.
std::vector<std::string> scenarios_in(const std::string& usage) {
  std::vector<std::string> names;
  std::istringstream lines(usage);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (inside && line.starts_with("  ") && line.find_first_not_of(' ') == 2)
      names.push_back(line.substr(2, line.find(' ', 2) - 2));
    else
      inside = line == "Scenarios:" || line == "Workloads:";
  }
  return names;
}

std::vector<BenchLine> choose_lines(const std::vector<std::string>& wanted, const std::vector<BenchLine>& all,
                                    const Contender& first) {
  if (wanted.empty()) return all;
  std::vector<BenchLine> chosen;
  std::vector<std::string> listed;
  for (const std::string& name : wanted) {
    const std::size_t before = chosen.size();
    std::ranges::copy_if(all, std::back_inserter(chosen), [&name](const BenchLine& line) {
      return line.name == name || line.scenario == name || line.label == name;
    });
    if (chosen.size() > before) continue;
    if (listed.empty()) listed = scenarios_in(run_child({first.program}, question_limit).err);
    if (std::ranges::find(listed, name) == listed.end()) throw no_workload(name, all, listed);
    chosen.push_back(plain_line(name));
  }
  return chosen;
}

}  // namespace throng::command
