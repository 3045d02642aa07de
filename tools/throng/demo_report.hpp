// What the demo found out, for people and for programs.
#pragma once

#include <string>

#include "demo.hpp"

namespace throng::command {

std::string summary_of(const Performance& performance);

// One JSON object. A figure that was not measured is null.
std::string json_of(const Performance& performance);

}  // namespace throng::command
