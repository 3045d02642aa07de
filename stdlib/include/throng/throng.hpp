// Everything an application uses: processes, and the behaviours on top of them.
#pragma once

#include <throng/stdlib/atomics.hpp>
#include <throng/stdlib/counters.hpp>
#include <throng/stdlib/dynamic_supervisor.hpp>
#include <throng/stdlib/gen_server.hpp>
#include <throng/stdlib/gen_statem.hpp>
#include <throng/stdlib/logger.hpp>
#include <throng/stdlib/partition_supervisor.hpp>
#include <throng/stdlib/persistent.hpp>
#include <throng/stdlib/pg.hpp>
#include <throng/stdlib/registry.hpp>
#include <throng/stdlib/supervisor.hpp>
#include <throng/stdlib/sys.hpp>
#include <throng/stdlib/table.hpp>
#include <throng/vm/blocking.hpp>
#include <throng/vm/inspect.hpp>
#include <throng/vm/process.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/rest.hpp>
#include <throng/vm/runtime.hpp>
#include <throng/vm/send.hpp>
#include <throng/vm/spawn.hpp>
#include <throng/vm/timer.hpp>
