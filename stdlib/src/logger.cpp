// How events find their handlers; how they are written is in log_formats.cpp.
#include <throng/stdlib/logger.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <stdexcept>
#include <throng/vm/call.hpp>
#include <throng/vm/crash.hpp>
#include <throng/vm/inspect.hpp>
#include <throng/vm/process.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/runtime_local.hpp>
#include <throng/vm/spawn.hpp>

#include "held.hpp"
#include "shared_lock.hpp"

namespace throng::logger {
namespace {

struct Finish {};
struct Caught {};  // what a question to a handler is answered with: all before it is written
struct Sync {};
using SyncQuestion = detail::Question<Sync>;

// What those who log see of a handler.
struct Outlet {
  std::string name;
  HandlerOptions options;
  Pid process;
  // Protocol: counts only. Waiting is added to by who sends and taken from by the handler; both relaxed: the
  // events themselves travel by message.
  std::atomic<std::uint32_t> waiting{0};
  std::atomic<std::uint64_t> dropped{0};
  std::atomic<bool> failed{false};
  // Protocol: the burst that is being counted: when it began (ns) and its events so far. Whoever comes after
  // its end begins the next one, by a compare-and-swap that one of several wins. Relaxed: a limit, and one
  // event more or less does not matter.
  std::atomic<std::int64_t> burst_began{0};
  std::atomic<std::uint32_t> burst{0};

  bool wants(const Event& event) const {
    return event.level >= options.level && (options.domain.empty() || options.domain == event.domain);
  }
  // False: the event is dropped.
  bool admit() noexcept {
    if (failed.load(std::memory_order_relaxed)) return false;  // relaxed: one event more or less
    // relaxed: see the fields
    if (waiting.fetch_add(1, std::memory_order_relaxed) < options.drop_above && is_within_burst())
      return true;
    waiting.fetch_sub(1, std::memory_order_relaxed);  // relaxed: see the fields
    dropped.fetch_add(1, std::memory_order_relaxed);  // relaxed: see the fields
    return false;
  }
  bool is_within_burst() noexcept {
    if (options.burst_limit == 0) return true;
    std::int64_t now = Clock::now().time_since_epoch().count();
    std::int64_t began = burst_began.load(std::memory_order_relaxed);  // relaxed: see the fields
    bool is_over = now - began >= std::chrono::nanoseconds(options.burst_window).count();
    // relaxed: see the fields
    if (is_over && burst_began.compare_exchange_strong(began, now, std::memory_order_relaxed))
      burst.store(0, std::memory_order_relaxed);                                 // relaxed: see the fields
    return burst.fetch_add(1, std::memory_order_relaxed) < options.burst_limit;  // relaxed: see the fields
  }
  // By the handler, who is so far behind that what waits is thrown away. How many.
  std::uint32_t to_flush() const noexcept {
    std::uint32_t behind = waiting.load(std::memory_order_relaxed);  // relaxed: see the fields
    return behind > options.flush_above ? behind : 0;
  }
  bool is_behind() const noexcept {
    return waiting.load(std::memory_order_relaxed) > options.wait_above;  // relaxed: see the fields
  }
};

using Outlets = std::vector<std::shared_ptr<Outlet>>;

// The handlers of a runtime.
class Board {
 public:
  Outlets outlets() const {
    detail::HeldShared lock(mutex_);
    return outlets_;
  }
  bool add(std::shared_ptr<Outlet> outlet) {
    detail::Held lock(mutex_);
    auto same = [&](const auto& other) { return other->name == outlet->name; };
    if (std::any_of(outlets_.begin(), outlets_.end(), same)) return false;
    outlets_.push_back(std::move(outlet));
    look_at_levels();
    return true;
  }
  std::shared_ptr<Outlet> remove(std::string_view name, const Outlet* only = nullptr) {
    detail::Held lock(mutex_);
    for (auto it = outlets_.begin(); it != outlets_.end(); ++it) {
      if ((*it)->name != name || (only != nullptr && it->get() != only)) continue;
      std::shared_ptr<Outlet> found = *it;
      outlets_.erase(it);
      look_at_levels();
      return found;
    }
    return nullptr;
  }

  bool wants(Level level) const noexcept {
    return static_cast<int>(level) >= least_.load(std::memory_order_relaxed);  // relaxed: see the field
  }

 private:
  static constexpr int nobody = 100;

  void look_at_levels() {
    int least = nobody;
    for (const auto& outlet : outlets_) least = std::min(least, static_cast<int>(outlet->options.level));
    least_.store(least, std::memory_order_relaxed);  // relaxed: see the field
  }

  mutable detail::SharedLock mutex_;
  Outlets outlets_;  // guarded by mutex_
  // Protocol: of the least event that anybody takes. Written under mutex_, read as a hint by who logs.
  std::atomic<int> least_{nobody};
};

Board& board() { return runtime_local<Board>(); }

Event flushed_event(const Outlet& outlet, std::uint32_t count) {
  return {Level::warning,
          "throng",
          "the log handler " + outlet.name + " was too far behind and threw " + std::to_string(count) +
              " events away",
          {{"report", "flushed"}, {"events", std::to_string(count)}},
          self(),
          Clock::date()};
}

// The handler's process.
void write_events(std::shared_ptr<Outlet> outlet, std::unique_ptr<Handler> handler) {
  std::uint32_t flushing = 0;  // events still to be thrown away
  std::uint32_t flushed = 0;
  auto take = [&](const Event& event) {
    if (flushing == 0) flushing = outlet->to_flush();
    outlet->waiting.fetch_sub(1, std::memory_order_relaxed);  // relaxed: see the field
    if (flushing == 0) {
      handler->write(event);
      return;
    }
    outlet->dropped.fetch_add(1, std::memory_order_relaxed);  // relaxed: see the field
    ++flushed;
    if (--flushing == 0) handler->write(flushed_event(*outlet, std::exchange(flushed, 0)));
  };
  for (bool goes_on = true; goes_on;) {
    receive(
        take, [](SyncQuestion question) { question.reply_to.answer(Caught{}); },
        [&](Finish) { goes_on = false; });
  }
}

void handler_process(std::shared_ptr<Outlet> outlet, std::unique_ptr<Handler> handler) {
  try {
    write_events(outlet, std::move(handler));
  } catch (...) {
    std::optional<ExitReason> reason = reason_in_flight();
    if (!reason) throw;
    outlet->failed.store(true, std::memory_order_relaxed);  // relaxed: see admit()
    board().remove(outlet->name, outlet.get());
    std::fprintf(stderr, "throng: the log handler %s failed and is removed: %s\n", outlet->name.c_str(),
                 reason->text().c_str());
  }
}

void wait_for(const Outlet& outlet, Duration timeout) {
  if (outlet.process == self()) return;  // a handler that logs, or flushes, would wait for itself
  detail::OpenQuestion open;
  open.ask(outlet.process, detail::question_of(Sync{}));
  open.wait(timeout);
}

// Crashes as events. Sent from the dying process, which can't wait.
class Crashes final : public CrashSink {
 public:
  explicit Crashes(Board& board) : board_(board) {}

  bool wants_more() noexcept override {
    Outlets outlets = board_.outlets();
    auto has_room = [](const auto& outlet) {
      // relaxed: see the field
      return outlet->waiting.load(std::memory_order_relaxed) < outlet->options.drop_above;
    };
    if (outlets.empty() || std::any_of(outlets.begin(), outlets.end(), has_room)) return true;
    for (const auto& outlet : outlets)
      outlet->dropped.fetch_add(1, std::memory_order_relaxed);  // relaxed: see the field
    return false;
  }

  bool take(const Farewell& farewell, const CrashedProcess& process) override {
    Event event = event_of(farewell, process);
    bool taken = false;
    for (const auto& outlet : board_.outlets()) {
      if (!outlet->wants(event)) continue;
      taken = true;
      if (outlet->admit()) farewell.send(outlet->process, event);
    }
    return taken;
  }

 private:
  static std::string list(const std::vector<Pid>& pids) {
    std::string text;
    for (std::size_t i = 0; i < pids.size() && i < 20; ++i) text += (i > 0 ? " " : "") + pids[i].text();
    if (pids.size() > 20) text += " and " + std::to_string(pids.size() - 20) + " more";
    return text;
  }
  static std::string list(const std::vector<Neighbour>& neighbours) {
    std::string text;
    for (const Neighbour& neighbour : neighbours)
      text += (text.empty() ? "" : ", ") + throng::text_of(neighbour.process, neighbour.brief);
    return text;
  }
  static std::string list(const std::vector<std::string>& texts, std::size_t at_most) {
    std::string text;
    for (std::size_t i = 0; i < texts.size() && i < at_most; ++i) text += (i > 0 ? ", " : "") + texts[i];
    return text;
  }
  static Event event_of(const Farewell& farewell, const CrashedProcess& process) {
    Event event{
        Level::error, "throng",    "process " + process.pid.text() + " crashed: " + farewell.reason().text(),
        {},           process.pid, Clock::date()};
    auto add = [&](const char* name, std::string value) {
      if (!value.empty()) event.fields.emplace_back(name, std::move(value));
    };
    add("report", "crash");
    add("registered_name", process.registered_name);
    add("label", process.label);
    add("initial_call", process.body);
    add("parent", process.parent ? process.parent.text() : "");
    add("ancestors", list(process.ancestors));
    add("reason", farewell.reason().text());
    add("message_queue_len", std::to_string(process.message_queue_len));
    add("messages", list(process.messages, 10));
    add("dictionary", list(process.locals, 20));
    add("links", list(process.links));
    add("neighbours", list(process.neighbours));
    add("monitored_by", list(process.monitored_by));
    add("trap_exit", process.trap_exit ? "true" : "false");
    add("reductions", std::to_string(process.reductions));
    add("stack_size", std::to_string(process.stack_size));
    add("memory", std::to_string(process.memory));
    return event;
  }

  Board& board_;
};

}  // namespace

std::string_view text_of(Level level) noexcept {
  static constexpr std::string_view texts[] = {"debug", "info", "notice", "warning", "error", "critical"};
  return texts[static_cast<std::size_t>(level)];
}

bool is_wanted(Level level) { return board().wants(level); }

void log(Event event) {
  event.process = self();
  event.time = Clock::date();
  Outlets outlets = board().outlets();
  if (outlets.empty()) {
    if (event.level >= Level::warning) report_line(event.text);
    return;
  }
  for (const auto& outlet : outlets) {
    if (!outlet->wants(event) || !outlet->admit()) continue;
    send(outlet->process, event);
    if (outlet->is_behind()) wait_for(*outlet, std::chrono::seconds(1));
  }
}

void report(Level level, std::string text, Fields fields) {
  log(Event{level, "throng", std::move(text), std::move(fields), {}, {}});
}

void log(Level level, std::string text, Fields fields) {
  log(Event{level, {}, std::move(text), std::move(fields), {}, {}});
}

void add_handler(std::string name, std::unique_ptr<Handler> handler, HandlerOptions options) {
  if (!handler)
    throw std::invalid_argument("throng: logger::add_handler(\"" + name + "\"): no handler given");
  auto outlet = std::make_shared<Outlet>();
  outlet->name = name;
  outlet->options = std::move(options);
  Board& all = board();
  outlet->process = spawn(trusted([outlet, handler = std::move(handler)]() mutable {
    handler_process(std::move(outlet), std::move(handler));
  }));
  if (!all.add(outlet)) {
    send(outlet->process, Finish{});
    throw std::invalid_argument("throng: logger::add_handler(\"" + name + "\"): there is one of this name");
  }
  report_crashes_to(std::make_shared<Crashes>(all));
}

bool remove_handler(std::string_view name) {
  std::shared_ptr<Outlet> outlet = board().remove(name);
  if (!outlet) return false;
  Monitor watch = monitor(outlet->process);
  send(outlet->process, Finish{});
  if (outlet->process != self())  // a handler may remove itself
    receive(when([watch](const Down& down) { return down.monitor == watch; }, [](Down) {}));
  if (board().outlets().empty()) report_crashes_to(nullptr);
  return true;
}

std::vector<std::string> handlers() {
  std::vector<std::string> names;
  for (const auto& outlet : board().outlets()) names.push_back(outlet->name);
  return names;
}

void flush() {
  for (const auto& outlet : board().outlets()) wait_for(*outlet, detail::forever);
}

std::uint64_t dropped(std::string_view handler) {
  for (const auto& outlet : board().outlets()) {
    if (outlet->name == handler)
      return outlet->dropped.load(std::memory_order_relaxed);  // relaxed: see the field
  }
  return 0;
}

}  // namespace throng::logger
