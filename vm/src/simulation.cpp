#include <throng/vm/simulation.hpp>

#include "machine.hpp"
#include "simulator.hpp"

namespace throng {

namespace detail {
namespace {

struct Root {
  bool ended = false;
  ExitReason reason;
  static void on_end(void* context, const ExitReason& reason) noexcept {
    auto& self = *static_cast<Root*>(context);
    self.reason = reason;
    self.ended = true;
  }
  static bool has_ended(void* context) noexcept { return static_cast<Root*>(context)->ended; }
};

RuntimeOptions runtime_options(const simulation::Options& options) {
  RuntimeOptions runtime;
  runtime.workers = options.workers;
  runtime.name = "simulation";
  runtime.max_processes = std::size_t{1} << 20;  // of all that ever lived, see Simulator::set_root()
  runtime.seed = options.seed;
  runtime.report_crashes = options.report_crashes;
  return runtime;
}

}  // namespace

simulation::Report run_simulated(const simulation::Options& options, Body* body,
                                 std::shared_ptr<Chooser> chooser) {
  std::unique_ptr<Body, decltype(&destroy_body)> owned(body, destroy_body);
  if (current_process() != nullptr)
    throw std::logic_error("throng: a simulation is run by a host thread, not by a process");
  RuntimeOptions runtime = runtime_options(options);
  runtime.simulator = std::make_shared<Simulator>(options, std::move(chooser));
  Simulator& simulator = *runtime.simulator;
  Root root;
  Machine machine(runtime);
  simulator.set_root(machine.start_root(owned.get(), {Root::on_end, &root}));
  owned.release();
  simulation::Ending ending = simulator.drive(Root::has_ended, &root);
  simulation::Report report = simulator.report();
  report.sentence = simulator.sentence_for(ending);
  if (ending == simulation::Ending::finished && !root.reason.is_normal()) {
    ending = simulation::Ending::failed;
    report.sentence = "throng: the root ended with " + root.reason.text();
  }
  report.reason = root.ended ? root.reason : ExitReason::error(report.sentence);
  report.ending = ending;
  machine.stop(std::chrono::seconds(5));
  return report;
}

}  // namespace detail

namespace simulation {

void simulate(RuntimeOptions& runtime, const Options& options) {
  runtime.simulator = std::make_shared<throng::detail::Simulator>(options, nullptr);
}

void detail::throw_failure(const Report& report) {
  if (report.ending == Ending::failed) throw ProcessExited(report.reason);
  throw Stuck(report.sentence);
}

}  // namespace simulation
}  // namespace throng
