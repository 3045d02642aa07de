%% The server of gen_call and selective.
-module(rival_adder).
-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2]).

init([]) -> {ok, 0}.
handle_call({add, By}, _, Sum) -> {reply, Sum + By, Sum + By}.
handle_cast(_, Sum) -> {noreply, Sum}.
