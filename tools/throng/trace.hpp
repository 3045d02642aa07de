// A recording in the form that Perfetto and Chrome's tracing page read.
#pragma once

#include <string>
#include <throng/vm/recording.hpp>

namespace throng::command {

// A track for each worker, its runs as complete events, messages as flows, the rest as instants. A run whose
// beginning is lost is left out; one whose end is not there ends with the recording, with the reason `open`.
std::string trace_json_of(const Recording& recording);

}  // namespace throng::command
