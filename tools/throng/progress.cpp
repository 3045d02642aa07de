#include "progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <system_error>

#include "text.hpp"

namespace throng::command {
namespace {

using namespace std::chrono_literals;

constexpr auto look_after = 100ms;
constexpr unsigned looks_until_line = 20;
constexpr unsigned looks_until_stuck = 600;
constexpr int exit_stuck = 3;
constexpr std::size_t bar_width = 16;
constexpr std::size_t doing_width = 54;  // with bar and percentage just under 80 columns

std::size_t columns_of(std::FILE* file) {
  winsize size{};
  bool known = ::ioctl(::fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

// Not fmt::print, which throws where a disk is full: the end of the command looks at the stream's state.
void write(std::FILE* file, const std::string& text) {
  std::fputs(text.c_str(), file);
  std::fflush(file);
}

double part_of(std::uint64_t done, std::uint64_t total) {
  return total == 0 ? 1 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
}

}  // namespace

Progress::Progress(std::FILE* out, Style style, Standstill standstill)
    : out_(out), style_(style), standstill_(standstill) {
  try {
    thread_ = std::thread([this] { watch(); });
  } catch (const std::system_error&) {
    // No thread to be had: the work goes on, unwatched.
  }
}

Progress::~Progress() {
  {
    std::lock_guard lock(mutex_);
    // Left in the middle, by an exception: what follows must not be written behind half a line.
    if (active_ && style_ == Style::rewritten) write(out_, "\r\x1b[K");
    stop_ = true;
  }
  stopping_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool Progress::is_terminal(std::FILE* file) {
  const char* kind = std::getenv("TERM");
  return ::isatty(::fileno(file)) != 0 && kind != nullptr && std::string_view(kind) != "dumb";
}

void Progress::begin(std::string doing, std::uint64_t total, Measure measure) {
  std::lock_guard lock(mutex_);
  doing_ = std::move(doing);
  total_ = total;
  measure_ = std::move(measure);
  set(0);
  last_done_ = 0;
  looks_ = 0;
  looks_in_vain_ = 0;
  active_ = true;
  if (style_ == Style::rewritten) draw_locked();
}

void Progress::end(std::string_view outcome) {
  std::lock_guard lock(mutex_);
  active_ = false;
  measure_ = nullptr;
  if (style_ == Style::silent) return;
  write(out_, fmt::format("{}{:<{}} {}\n", style_ == Style::rewritten ? "\r\x1b[K" : "", doing_, doing_width,
                          outcome));
}

void Progress::say(std::string_view line) {
  std::lock_guard lock(mutex_);
  if (style_ == Style::silent) return;
  write(out_, fmt::format("{}\n", line));
}

std::uint64_t Progress::now_done_locked() {
  return measure_ ? measure_() : done_.load(std::memory_order_relaxed);  // relaxed: a number to look at
}

void Progress::draw_locked() {
  double part = part_of(now_done_locked(), total_);
  if (style_ == Style::lines) {
    write(out_, fmt::format("{:<{}} {:6.0f} %\n", doing_, doing_width, part * 100));
  } else if (style_ == Style::rewritten) {
    std::string bar(static_cast<std::size_t>(part * bar_width), '#');
    std::string line =
        fmt::format("{:<{}} [{:.<{}}] {:3.0f} %", doing_, doing_width, bar, bar_width, part * 100);
    // A line that wraps can't be rewritten.
    write(out_, "\r" + line.substr(0, columns_of(out_) - 1) + "\x1b[K");
  }
}

void Progress::end_if_stuck_locked() {
  std::uint64_t done = now_done_locked();
  if (done != last_done_) {
    last_done_ = done;
    looks_in_vain_ = 0;
    return;
  }
  if (++looks_in_vain_ < looks_until_stuck) return;
  std::string_view what = std::string_view(doing_).substr(doing_.find_first_not_of(" 0123456789"));
  write(stderr,
        fmt::format("{}throng: nothing has moved for a minute in \"{}\", at {} of {}; if the machine is "
                    "not overloaded and nothing is said about it above, this is a bug in throng.\n",
                    style_ == Style::rewritten ? "\n" : "", what, grouped(done), grouped(total_)));
  std::_Exit(exit_stuck);
}

void Progress::watch() {
  std::unique_lock lock(mutex_);
  while (!stopping_.wait_for(lock, look_after, [this] { return stop_; })) {
    if (!active_) continue;
    if (standstill_ == Standstill::ends_program) end_if_stuck_locked();
    if (style_ != Style::lines || ++looks_ % looks_until_line == 0) draw_locked();
  }
}

}  // namespace throng::command
