%% spawn_exit and spawn_live.
-module(rival_spawning).
-export([spawn_exit/1, spawn_live/1, wait_hibernating/1]).

spawn_exit(#{count := Count}) ->
    Left = counters_of(Count),
    Self = self(),
    Begin = erlang:monotonic_time(nanosecond),
    spawn_counting(Count, Left, Self),
    receive done -> ok end,
    {Count, rival:since(Begin), []}.

counters_of(Count) ->
    Left = atomics:new(1, []),
    atomics:put(Left, 1, Count),
    Left.

spawn_counting(0, _, _) -> ok;
spawn_counting(N, Left, Waiter) ->
    spawn(fun() ->
                  case atomics:sub_get(Left, 1, 1) of
                      0 -> Waiter ! done;
                      _ -> ok
                  end
          end),
    spawn_counting(N - 1, Left, Waiter).

spawn_live(#{count := Count, more := #{hibernate := Hibernate}}) ->
    Server = case Hibernate == 0 of
                 true -> fun serve/1;
                 false -> fun hibernate/1
             end,
    Self = self(),
    Before = rival:resident_bytes(),
    Begin = erlang:monotonic_time(nanosecond),
    Pids = [spawn(fun() -> Self ! ready, Server(Value) end) || Value <- lists:seq(0, Count - 1)],
    await_ready(Count),
    Spawning = rival:since(Begin),
    Bytes = rival:grown_by(Before, Count),
    Asking = erlang:monotonic_time(nanosecond),
    [Pid ! {ask, Self} || Pid <- Pids],
    Sum = sum_answers(Count, 0),
    WakeAndReply = rival:since(Asking) / Count,
    rival:require(Sum =:= Count * (Count - 1) div 2, "an answer is missing or wrong"),
    {Count, Spawning, [{bytes_per_process, Bytes}, {wake_and_reply_ns, WakeAndReply}]}.

serve(Value) -> receive {ask, From} -> From ! {answer, Value} end, serve(Value).

hibernate(Value) -> erlang:hibernate(?MODULE, wait_hibernating, [Value]).
wait_hibernating(Value) -> receive {ask, From} -> From ! {answer, Value} end, hibernate(Value).

await_ready(0) -> ok;
await_ready(N) -> receive ready -> await_ready(N - 1) end.

sum_answers(0, Sum) -> Sum;
sum_answers(N, Sum) -> receive {answer, Value} -> sum_answers(N - 1, Sum + Value) end.
