%% hog_latency as in bench/scenarios/hogs.cpp: a pair that talks and a ticker of 1 ms, beside endless loops.
%%   erl -noshell +S 2:2 -s hog_latency main MILLISECONDS HOGS
-module(hog_latency).
-export([main/1]).

main([Ms, Hogs]) ->
    Span = list_to_integer(atom_to_list(Ms)) * 1000000,
    Count = list_to_integer(atom_to_list(Hogs)),
    [spawn(fun() -> hog(88172645463325252) end) || _ <- lists:seq(1, Count)],
    timer:sleep(20),
    Self = self(),
    spawn(fun() -> Self ! {trips, round_trips(Span)} end),
    spawn(fun() -> Self ! {late, lateness(Span)} end),
    Trips = receive {trips, T} -> T end,
    Late = receive {late, L} -> L end,
    Fields = figures("trip", Trips, [{"p50", 0.5}, {"p99", 0.99}, {"p999", 0.999}, {"max", 1}])
          ++ figures("late", Late, [{"p50", 0.5}, {"p99", 0.99}, {"max", 1}]),
    io:format("{\"workload\":\"hog_latency\",~s}~n",
              [lists:join(",", [io_lib:format("\"~s_us\":~.3f", [Name, Value]) || {Name, Value} <- Fields])]),
    halt(0).

hog(X) -> hog((X * 1103515245 + 12345) band 16#7fffffff).

answer() -> receive {From, ping} -> From ! pong, answer() end.

now_ns() -> erlang:monotonic_time(nanosecond).

round_trips(Span) ->
    Partner = spawn_link(fun answer/0),
    Begin = now_ns(),
    round_trips(Partner, Begin + Span, Begin, []).
round_trips(_, End, Last, Samples) when Last >= End -> Samples;
round_trips(Partner, End, Last, Samples) ->
    Partner ! {self(), ping},
    receive pong -> ok end,
    Now = now_ns(),
    round_trips(Partner, End, Now, [Now - Last | Samples]).

lateness(Span) -> Begin = now_ns(), lateness(Begin + Span, Begin, []).
lateness(End, Last, Samples) when Last >= End -> Samples;
lateness(End, Last, Samples) ->
    receive after 1 -> ok end,
    Now = now_ns(),
    lateness(End, Now, [Now - Last - 1000000 | Samples]).

figures(Name, Samples, Quantiles) ->
    Sorted = list_to_tuple(lists:sort(Samples)),
    [{Name ++ "_" ++ Which, element(1 + trunc(Q * (tuple_size(Sorted) - 1)), Sorted) / 1000} || {Which, Q} <- Quantiles].
