// What the reports of the lab say of one figure.
#pragma once

#include <string>

#include "lab.hpp"

namespace throng::command {

// Beside the first policy; empty for that one, and where neither more nor less is better.
std::string verdict_on(const LabResult& result, std::size_t policy, std::size_t measure);

}  // namespace throng::command
