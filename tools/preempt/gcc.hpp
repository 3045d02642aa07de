// The compiler's own headers, in the one order in which they compile.
#pragma once

// clang-format off
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "gcc-plugin.h"
#include "backend.h"
#include "tree.h"
#include "gimple.h"
#include "predict.h"
#include "stringpool.h"
#include "attribs.h"
#include "ssa.h"
#include "cfganal.h"
#include "cfgloop.h"
#include "cgraph.h"
#include "context.h"
#include "diagnostic-core.h"
#include "gimple-fold.h"
#include "gimple-iterator.h"
#include "gimplify.h"
#include "gimplify-me.h"
#include "input.h"
#include "ipa-utils.h"
#include "target.h"
#include "tree-cfg.h"
#include "tree-pass.h"
#include "tree-scalar-evolution.h"
#include "tree-ssa-loop.h"
#include "tree-ssa-loop-ivopts.h"
#include "tree-ssa-loop-niter.h"
#include "varasm.h"
// clang-format on
