#include "act.hpp"

#include <algorithm>

#include "text.hpp"

namespace throng::command {
namespace {

constexpr std::uint64_t full_size = 1'000'000;

}  // namespace

Sizes::Sizes(std::uint64_t wanted) : processes(wanted) {
  std::uint64_t scale = std::min(wanted, full_size);
  ring_members = std::clamp<std::uint64_t>(scale, 10, 1'000);
  ring_hops = std::max(scale, ring_members);
  senders = 8;
  messages = std::max<std::uint64_t>(2 * scale / senders, 1) * senders;
  pairs = std::max<std::uint64_t>(scale / 100, 10);
  neighbours = std::min<std::uint64_t>(scale, 100'000);
}

std::uint64_t Sizes::alive_at_most() const {
  constexpr std::uint64_t others = 64;  // the acts' main processes, and some that are just ending
  return processes + ring_members + senders + 2 * pairs + others;
}

void Result::add_times(std::string what) {
  rows.push_back({std::move(what), count, duration_text(seconds), duration_text(each())});
  figures.push_back({"ns_each", each() * 1e9});
  figures.push_back({"per_second", seconds > 0 ? static_cast<double>(count) / seconds : 0});
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::uint64_t end_and_watch(const std::vector<Pid>& processes) {
  for (Pid process : processes) {
    monitor(process);
    exit(process, ExitReason::shutdown);
  }
  std::uint64_t ended = 0;
  for (std::size_t i = 0; i < processes.size(); ++i) ended += receive<Down>().reason == ExitReason::shutdown;
  return ended;
}

}  // namespace throng::command
