// How the reports of the lab say one figure, and what it is worth.
#pragma once

#include <string>

#include "lab.hpp"

namespace throng::command {

std::string short_figure(double value);  // three digits or so; "-": there is none
// Beside the first policy; empty for that one, and where neither more nor less is better.
std::string verdict_on(const LabResult& result, std::size_t policy, std::size_t measure);

}  // namespace throng::command
