// Everything an application uses: processes, and the behaviours on top of them.
#pragma once

#include <throng/stdlib/agent.hpp>
#include <throng/stdlib/application.hpp>
#include <throng/stdlib/gen_event.hpp>
#include <throng/stdlib/gen_server.hpp>
#include <throng/stdlib/logger.hpp>
#include <throng/stdlib/requests.hpp>
#include <throng/stdlib/task.hpp>
#include <throng/stdlib/task_stream.hpp>
#include <throng/stdlib/task_supervisor.hpp>
#include <throng/stdlib/timers.hpp>
#include <throng/vm/blocking.hpp>
#include <throng/vm/inspect.hpp>
#include <throng/vm/process.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/rest.hpp>
#include <throng/vm/runtime.hpp>
#include <throng/vm/send.hpp>
#include <throng/vm/spawn.hpp>
#include <throng/vm/timer.hpp>
