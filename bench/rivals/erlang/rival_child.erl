%% A server that says when it has started.
-module(rival_child).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2]).

start_link(Boss) -> gen_server:start_link(?MODULE, Boss, []).

init(Boss) -> Boss ! {started, self()}, {ok, none}.
handle_call(ask, _, State) -> {reply, 1, State}.
handle_cast(_, State) -> {noreply, State}.
