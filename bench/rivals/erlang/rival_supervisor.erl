%% supervision, and the supervisor in it: its children come and go, as a dynamic supervisor's do.
-module(rival_supervisor).
-behaviour(supervisor).
-export([supervision/1, init/1]).

-define(one_in, 100).

init(Restarts) ->
    {ok, {#{strategy => simple_one_for_one, intensity => Restarts, period => 24 * 3600},
          [#{id => child, start => {rival_child, start_link, []}}]}}.

%% A report of each killed child would be what is measured: the logger is off.
supervision(#{count := Count}) ->
    logger:set_primary_config(level, none),
    Killed = (Count + ?one_in - 1) div ?one_in,
    {ok, Supervisor} = supervisor:start_link(?MODULE, Killed),
    Begin = erlang:monotonic_time(nanosecond),
    Pids = start_children(Supervisor, Count, []),
    Starting = rival:since(Begin),
    await_started(Count, []),
    Victims = [Pid || {I, Pid} <- lists:zip(lists:seq(0, Count - 1), Pids), I rem ?one_in =:= 0],
    Second = erlang:monotonic_time(nanosecond),
    [exit(Pid, kill) || Pid <- Victims],
    Restarted = await_started(Killed, []),
    Restarting = rival:since(Second),
    rival:require(proplists:get_value(active, supervisor:count_children(Supervisor)) =:= Count, "a child is missing"),
    [rival:require(gen_server:call(Pid, ask) =:= 1, "a restarted child does not answer") || Pid <- Restarted],
    Third = erlang:monotonic_time(nanosecond),
    gen_server:stop(Supervisor),
    Stopping = rival:since(Third),
    rival:require(not lists:any(fun is_process_alive/1, Pids ++ Restarted), "a child has outlived its supervisor"),
    {Count, Starting + Restarting + Stopping,
     [{start_ns, Starting / Count}, {restart_ns, Restarting / Killed}, {stop_ns, Stopping / Count}]}.

start_children(_, 0, Pids) -> Pids;
start_children(Supervisor, N, Pids) ->
    {ok, Pid} = supervisor:start_child(Supervisor, [self()]),
    start_children(Supervisor, N - 1, [Pid | Pids]).

await_started(0, Pids) -> Pids;
await_started(N, Pids) -> receive {started, Pid} -> await_started(N - 1, [Pid | Pids]) end.
