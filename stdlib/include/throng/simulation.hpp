// Everything a test needs that runs programs in virtual time and in orders of its choice: see
// docs/simulation.md. Apart from throng.hpp, since programs do without it.
#pragma once

#include <throng/vm/explore.hpp>
#include <throng/vm/schedule.hpp>
#include <throng/vm/simulation.hpp>
