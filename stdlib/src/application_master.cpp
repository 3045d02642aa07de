#include "application_master.hpp"

#include <throng/stdlib/logger.hpp>
#include <throng/vm/process.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/send.hpp>

namespace throng::detail {
namespace {

class Master {
 public:
  explicit Master(application::Spec spec) : spec_(std::move(spec)) {}

  // Throws what a function of the specification throws.
  void start() {
    if (spec_.start == nullptr) return;
    top_ = spec_.start();
    if (!top_)
      throw ExitsWith(
          ExitReason::error("throng: the start function of application " + spec_.name + " gave no process"));
    watch_ = monitor(top_);
    run_phases();
  }

  Pid top() const noexcept { return top_; }

  // Until somebody ends it, or the application ends by itself: the reason.
  ExitReason serve(Monitor controller) {
    for (;;) {
      std::optional<ExitReason> end = receive(
          [](StopApplication) { return std::optional(ExitReason::normal); },
          [&](Down down) {
            if (down.monitor == watch_ && top_) {
              top_ = Pid();
              call("stop", spec_.stop);
              throng::exit(std::move(down.reason));
            }
            return down.monitor == controller ? std::optional(down.reason) : std::nullopt;
          },
          // Of the top, told by its monitor; of others that start() is linked to; or of the runtime's end.
          [](Exit exit) { return exit.from ? std::optional<ExitReason>() : std::optional(exit.reason); });
      if (end) return *end;
    }
  }

  void stop() {
    call("prep_stop", spec_.prep_stop);
    end_top();
    call("stop", spec_.stop);
  }

 private:
  void run_phases() {
    if (spec_.start_phase == nullptr) return;
    try {
      for (const std::string& phase : spec_.phases) spec_.start_phase(phase);
    } catch (...) {
      if (!reason_in_flight()) throw;
      end_top();
      call("stop", spec_.stop);
      throw;
    }
  }

  // A tree has its own limits of time (SUP-6); there is none here.
  void end_top() {
    if (!top_) return;
    throng::exit(top_, ExitReason::shutdown);
    receive(when([this](const Down& down) { return down.monitor == watch_; }, [](Down) {}));
    top_ = Pid();
  }

  // The way down goes on, whatever one of its steps does.
  void call(const char* what, void (*function)()) {
    if (function == nullptr) return;
    try {
      function();
    } catch (...) {
      std::optional<ExitReason> reason = reason_in_flight();
      if (!reason) throw;
      logger::report(logger::Level::error,
                     "application " + spec_.name + ": " + what + " failed: " + reason->text(),
                     {{"report", "application"}, {"application", spec_.name}, {"reason", reason->text()}});
    }
  }

  application::Spec spec_;
  Pid top_;
  Monitor watch_;
};

}  // namespace

void run_application(application::Spec spec, Pid controller) {
  trap_exit(true);
  Monitor of_controller = monitor(controller);
  Master master(std::move(spec));
  master.start();
  send(controller, ApplicationStarted{self(), master.top()});
  ExitReason reason = master.serve(of_controller);
  master.stop();
  throng::exit(reason.is_normal() ? reason : ExitReason::shutdown);
}

}  // namespace throng::detail
