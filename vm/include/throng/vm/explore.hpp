#pragma once
#include <throng/vm/simulation.hpp>
