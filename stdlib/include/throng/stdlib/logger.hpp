// Logging: events go to handlers, each a process of its own, so that a handler that is slow or fails harms
// nobody (LOG-2). Crashes of processes, ends of servers and what supervisors do arrive as events too (LOG-1).
//
// Until a handler is added, warnings and worse are one line on stderr each.
//
// Overload: by the number of events that a handler has not yet written, those who log first only send, then
// wait for the handler to catch up, then their events are dropped and counted. Optional: a limit of events
// per second, and a length at which a handler throws away what waits, so that what it writes is of now.
//
// Thread: in a process.
#pragma once

#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <throng/base/chrono.hpp>
#include <throng/scheduler/clock.hpp>
#include <throng/vm/pid.hpp>
#include <utility>
#include <vector>

namespace throng::logger {

enum class Level : std::uint8_t { debug, info, notice, warning, error, critical };
std::string_view text_of(Level level) noexcept;

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Event {
  Level level = Level::notice;
  std::string domain{};  // "throng" for what the library reports, else as the program likes
  std::string text{};
  Fields fields{};  // in the order they are shown
  Pid process{};    // who logged
  std::chrono::system_clock::time_point time{};
};

void log(Level level, std::string text, Fields fields = {});
void log(Event event);  // process and time are filled in
// The same under the domain of the library.
void report(Level level, std::string text, Fields fields = {});

// Whether a handler would take an event of this level: to build none in vain.
bool is_wanted(Level level);

// Writes events, in a process of its own. One that throws is removed, not tried again (LOG-2).
class Handler {
 public:
  static constexpr bool sendable = true;
  Handler() = default;
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;
  virtual ~Handler() = default;
  virtual void write(const Event& event) = 0;
};

struct HandlerOptions {
  Level level = Level::notice;      // of the least event it gets
  std::string domain{};             // only events of this one; empty: all
  std::uint32_t wait_above = 10;    // events not yet written: who logs waits
  std::uint32_t drop_above = 1000;  // ... or its event is dropped
  std::uint32_t flush_above = std::numeric_limits<std::uint32_t>::max();  // ... or what waits is thrown away
  std::uint32_t burst_limit = 0;  // events taken in each burst_window, the others are dropped; 0: any number
  Duration burst_window = std::chrono::seconds(1);
};

// Errors: std::invalid_argument if there is a handler of this name.
void add_handler(std::string name, std::unique_ptr<Handler> handler, HandlerOptions options = {});
// Writes what it still has, then ends. False: there was none.
bool remove_handler(std::string_view name);
std::vector<std::string> handlers();
// Returns when every event that the caller logged before has been written or dropped.
void flush();
// Events dropped by that handler since it was added; 0 for an unknown one.
std::uint64_t dropped(std::string_view handler);

// Readable text: one line, then one indented line for each field. To a file descriptor that stays the
// caller's; 2 is stderr.
std::unique_ptr<Handler> text_handler(int descriptor = 2);
// One JSON object per line.
std::unique_ptr<Handler> json_handler(int descriptor = 2);

std::string as_text(const Event& event);
std::string as_json(const Event& event);

}  // namespace throng::logger
