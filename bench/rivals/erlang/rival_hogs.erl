%% hog_latency: a pair that talks and a ticker of 1 ms, beside endless loops.
-module(rival_hogs).
-export([hog_latency/1]).

hog_latency(#{count := Milliseconds, processes := Hogs}) ->
    Span = Milliseconds * 1000000,
    [spawn(fun() -> hog(88172645463325252) end) || _ <- lists:seq(1, Hogs)],
    timer:sleep(20),  % until all of them run
    Self = self(),
    spawn_link(fun() -> Self ! {trips, round_trips(Span)} end),
    spawn_link(fun() -> Self ! {late, lateness(Span)} end),
    Trips = receive {trips, T} -> list_to_tuple(lists:sort(T)) end,
    Late = receive {late, L} -> list_to_tuple(lists:sort(L)) end,
    rival:require(tuple_size(Trips) > 10 andalso tuple_size(Late) > 10, "the pair and the ticker are starved"),
    {tuple_size(Trips), lists:sum(tuple_to_list(Trips)),
     [{ticks, tuple_size(Late)}]
     ++ figures(Trips, [{trip_p50_us, 0.5}, {trip_p99_us, 0.99}, {trip_p999_us, 0.999}, {trip_max_us, 1}])
     ++ figures(Late, [{late_p50_us, 0.5}, {late_p99_us, 0.99}, {late_max_us, 1}])}.

figures(Sorted, Quantiles) -> [{Name, rival_timing:quantile(Sorted, Q) / 1000} || {Name, Q} <- Quantiles].

%% Arithmetic that stays within small integers: a larger one would be a heap object each turn.
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

%% By how much each tick of a millisecond comes too late, measured from the one before it.
lateness(Span) -> Begin = now_ns(), lateness(Begin + Span, Begin, []).
lateness(End, Last, Samples) when Last >= End -> Samples;
lateness(End, Last, Samples) ->
    receive after 1 -> ok end,
    Now = now_ns(),
    lateness(End, Now, [Now - Last - 1000000 | Samples]).
