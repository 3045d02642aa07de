#include "exhaustive.hpp"

#include <algorithm>
#include <stdexcept>

#include "machine.hpp"

namespace throng::detail {

bool ExhaustiveChooser::have_in_common(std::span<const std::uint64_t> a,
                                       std::span<const std::uint64_t> b) noexcept {
  auto is_anything = [](std::uint64_t object) { return object == touched_world; };
  return std::ranges::any_of(a, is_anything) || std::ranges::any_of(b, is_anything) ||
         std::ranges::find_first_of(a, b) != a.end();
}

bool ExhaustiveChooser::is_among(const std::vector<Tried>& list, const Place& place) noexcept {
  return std::ranges::any_of(list, [&](const Tried& tried) { return tried.place == place; });
}

ExhaustiveChooser::Node ExhaustiveChooser::new_node(const Steps& steps) const {
  Node node;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    Step step = steps[i];
    node.steps.push_back({actor_of(step), step.worker});
  }
  node.first_goes_on = last_goes_on_ && node.steps[0] == last_;
  if (path_.empty()) return node;
  const Node& above = path_.back();
  node.preemptions = above.preemptions + (above.first_goes_on && above.chosen != 0 ? 1 : 0);
  if (!reduced_) return node;
  for (const auto* list : {&above.asleep, &above.tried})
    for (const Tried& tried : *list)
      if (!have_in_common(tried.touched, above.touched)) node.asleep.push_back(tried);
  return node;
}

// The first step from there on that is worth it.
bool ExhaustiveChooser::choose_from(Node& node, std::size_t first) {
  for (node.chosen = first; node.chosen < node.steps.size(); ++node.chosen) {
    bool preempts = node.first_goes_on && node.chosen != 0;
    if (preempts && preemptions_ && node.preemptions >= *preemptions_) {
      bounded_ = true;
      return false;
    }
    if (!is_among(node.asleep, node.steps[node.chosen])) return true;
  }
  return false;
}

std::size_t ExhaustiveChooser::pick(const Steps& steps, std::uint64_t) {
  if (depth_ == path_.size()) {
    Node node = new_node(steps);
    if (!choose_from(node, 0)) throw CutRun{};
    path_.push_back(std::move(node));
  }
  const Node& node = path_[depth_++];
  bool same = node.steps.size() == steps.size();
  for (std::size_t i = 0; same && i < steps.size(); ++i)
    same = node.steps[i] == Place{actor_of(steps[i]), steps[i].worker};
  if (!same)
    throw std::logic_error(
        "throng: run again in the same order the program did something else; something in it is not "
        "simulated, "
        "such as real time, threads of its own or what earlier runs left behind");
  return node.chosen;
}

void ExhaustiveChooser::took(const Step& step, StepEnd how, std::span<const std::uint64_t> touched) {
  path_[depth_ - 1].touched.assign(touched.begin(), touched.end());
  last_ = {actor_of(step), step.worker};
  last_goes_on_ = how == StepEnd::goes_on;
}

bool ExhaustiveChooser::next() {
  while (!path_.empty()) {
    Node& node = path_.back();
    node.tried.push_back({node.steps[node.chosen], std::move(node.touched)});
    node.touched.clear();
    if (choose_from(node, node.chosen + 1)) return true;
    path_.pop_back();
  }
  return false;
}

}  // namespace throng::detail
