// The endless loop of the demo's hogs; compiled with checks where there is a way to insert them.
#pragma once

#include <atomic>

namespace throng::command {

// Until it is told to stop, or stopped.
void hog(const std::atomic<bool>& stop);

}  // namespace throng::command
