// The process above one application's tree: runs the functions of the specification, watches the top process,
// and ends when that has ended. Started and watched by the controller.
#pragma once

#include <throng/stdlib/application.hpp>

namespace throng::detail {

// To the controller: it is up.
struct ApplicationStarted {
  Pid master;
  Pid top;
};
// To the master.
struct StopApplication {};

// The body of a master. Ends with the reason of the top process, or why there was none.
void run_application(application::Spec spec, Pid controller);

}  // namespace throng::detail
