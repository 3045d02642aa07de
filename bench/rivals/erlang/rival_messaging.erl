%% ping_pong, ring and fan_in.
-module(rival_messaging).
-export([ping_pong/1, ring/1, fan_in/1]).

ping_pong(#{count := Count}) ->
    Partner = spawn_link(fun answer_pings/0),
    Begin = erlang:monotonic_time(nanosecond),
    play(Partner, Count div 2),
    {Count div 2 * 2, rival:since(Begin), []}.

answer_pings() -> receive {ping, From} -> From ! pong end, answer_pings().

play(_, 0) -> ok;
play(Partner, N) ->
    Partner ! {ping, self()},
    receive pong -> play(Partner, N - 1) end.

ring(#{count := Hops, processes := Size}) ->
    Self = self(),
    Members = [spawn(fun() -> receive {next, Next} -> pass_on(Self, Next) end end) || _ <- lists:seq(1, Size)],
    First = hd(Members),
    introduce(Members, First),
    [true = is_process_alive(Member) || Member <- Members],  % all have their neighbour and wait
    Begin = erlang:monotonic_time(nanosecond),
    First ! {token, Hops},
    receive finished -> ok end,
    {Hops, rival:since(Begin), []}.

introduce([Last], First) -> Last ! {next, First};
introduce([Member | [Next | _] = Rest], First) -> Member ! {next, Next}, introduce(Rest, First).

pass_on(Boss, Next) ->
    receive
        {token, 0} -> Boss ! finished;
        {token, Left} -> Next ! {token, Left - 1}
    end,
    pass_on(Boss, Next).

%% The receiver is the workload's process, whose queue is off its heap.
fan_in(#{count := Count, processes := Senders}) ->
    Each = Count div Senders,
    Self = self(),
    Begin = erlang:monotonic_time(nanosecond),
    [spawn(fun() -> send_items(Self, 0, Each) end) || _ <- lists:seq(1, Senders)],
    Sum = sum_items(Each * Senders, 0),
    Time = rival:since(Begin),
    rival:require(Sum =:= Senders * (Each * (Each - 1) div 2), "a message is missing or doubled"),
    {Each * Senders, Time, []}.

send_items(_, Each, Each) -> ok;
send_items(To, I, Each) -> To ! {item, I}, send_items(To, I + 1, Each).

sum_items(0, Sum) -> Sum;
sum_items(N, Sum) -> receive {item, Number} -> sum_items(N - 1, Sum + Number) end.
