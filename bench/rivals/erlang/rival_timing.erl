%% timers and timer_cancel.
-module(rival_timing).
-export([timers/1, timer_cancel/1, quantile/2]).

%% 1 to 1,000 ms, each as often as any other, in no order.
delay_of(Number) -> 1 + Number * 7919 rem 1000.

timers(#{count := Count}) ->
    Self = self(),
    Receiver = spawn_opt(fun() -> Self ! await_all(Count, []) end, [link, {message_queue_data, off_heap}]),
    Before = rival:cpu_seconds(),
    Begin = erlang:monotonic_time(nanosecond),
    start_all(0, Count, Receiver),
    Starting = rival:since(Begin),
    {Samples, Cpu} = receive {late, All, Then} -> {All, Then - Before} end,
    Late = list_to_tuple(lists:sort(Samples)),
    rival:require(element(1, Late) >= 0, "a timer came early"),
    {Count, Starting, [{delivery_cpu_seconds, Cpu}, {late_p50_ms, quantile(Late, 0.5) / 1.0e6},
                       {late_p99_ms, quantile(Late, 0.99) / 1.0e6}, {late_max_ms, quantile(Late, 1) / 1.0e6}]}.

start_all(Count, Count, _) -> ok;
start_all(I, Count, Receiver) ->
    Delay = delay_of(I),
    erlang:send_after(Delay, Receiver, {due, erlang:monotonic_time(nanosecond) + Delay * 1000000}),
    start_all(I + 1, Count, Receiver).

%% Late by the clock of the one who waits, when it takes the message.
await_all(0, Late) -> {late, Late, rival:cpu_seconds()};  % without what sorting takes
await_all(N, Late) -> receive {due, When} -> await_all(N - 1, [erlang:monotonic_time(nanosecond) - When | Late]) end.

quantile(Sorted, Q) -> element(1 + trunc(Q * (tuple_size(Sorted) - 1)), Sorted).

timer_cancel(#{count := Count}) ->
    Begin = erlang:monotonic_time(nanosecond),
    Started = [erlang:send_after(60000, self(), {bell, I}) || I <- lists:seq(1, Count)],
    Starting = rival:since(Begin),
    Cancelled = cancel_all(Started, 0),
    Time = rival:since(Begin),
    rival:require(Cancelled =:= Count, "a timer could not be cancelled"),
    rival:require(process_info(self(), message_queue_len) =:= {message_queue_len, 0}, "a cancelled timer has fired"),
    {Count, Time, [{start_ns, Starting / Count}, {cancel_ns, (Time - Starting) / Count}]}.

cancel_all([], Cancelled) -> Cancelled;
cancel_all([Timer | Rest], Cancelled) ->
    case erlang:cancel_timer(Timer) of
        false -> cancel_all(Rest, Cancelled);
        Left when is_integer(Left) -> cancel_all(Rest, Cancelled + 1)
    end.
