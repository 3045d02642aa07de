// `throng trace`: a recording as a file for Perfetto and Chrome's tracing page.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "arguments.hpp"
#include "command_line.hpp"
#include "subcommand.hpp"
#include "text.hpp"
#include "trace.hpp"

namespace throng::command {
namespace {

class TraceSubcommand final : public Subcommand {
 public:
  const char* name() const override { return "trace"; }
  const char* purpose() const override { return "A recording, for ui.perfetto.dev or Chrome's tracing page"; }

  void declare(CLI::App& app) override {
    app.add_option("recording", recording_, "The recording (docs/recorder.md)")
        ->required()
        ->type_name("FILE");
    app.add_option("-o,--output", output_, "Write the trace there")->required()->type_name("FILE.json");
  }

  int run() override {
    Recording recording = Recording::load(recording_);
    write_file(output_, trace_json_of(recording));
    std::puts(fmt::format("{} events of {} tracks are in {}; {} older ones were overwritten",
                          grouped(recording.count_events()), recording.tracks.size(), output_,
                          grouped(recording.count_lost()))
                  .c_str());
    return exit_ok;
  }

 private:
  std::string recording_, output_;
};

}  // namespace

std::unique_ptr<Subcommand> make_trace_subcommand() { return std::make_unique<TraceSubcommand>(); }

}  // namespace throng::command
