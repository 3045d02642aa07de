%% gen_call and selective.
-module(rival_calls).
-export([gen_call/1, selective/1]).

add(Server, By) -> gen_server:call(Server, {add, By}, infinity).

call_many(_, 0) -> ok;
call_many(Server, N) -> add(Server, 1), call_many(Server, N - 1).

gen_call(#{count := Count, processes := Clients}) ->
    {ok, Server} = gen_server:start_link(rival_adder, [], []),
    Each = Count div Clients,
    Self = self(),
    Begin = erlang:monotonic_time(nanosecond),
    case Clients of
        1 -> call_many(Server, Each);
        _ ->
            [spawn_link(fun() -> call_many(Server, Each), Self ! done end) || _ <- lists:seq(1, Clients)],
            await_done(Clients)
    end,
    Time = rival:since(Begin),
    rival:require(add(Server, 0) =:= Each * Clients, "a call is missing or doubled"),
    {Each * Clients, Time, []}.

await_done(0) -> ok;
await_done(N) -> receive done -> await_done(N - 1) end.

%% The queue is off the heap of the caller, so that collecting garbage does not walk through it.
selective(#{count := Count, processes := Queued}) ->
    {ok, Server} = gen_server:start_link(rival_adder, [], []),
    [self() ! {unmatched, I} || I <- lists:seq(1, Queued)],
    Begin = erlang:monotonic_time(nanosecond),
    call_many(Server, Count),
    Time = rival:since(Begin),
    rival:require(add(Server, 0) =:= Count, "a call is missing or doubled"),
    rival:require(process_info(self(), message_queue_len) =:= {message_queue_len, Queued},
                  "a message that was queued has gone"),
    {Count, Time, []}.
