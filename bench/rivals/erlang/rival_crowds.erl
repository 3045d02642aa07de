%% big and chameneos.
-module(rival_crowds).
-export([big/1, chameneos/1]).

%% All players are a term that is shared and not copied to each.
big(#{count := Pings, processes := Size}) when Size >= 2 ->
    Each = Pings div Size,
    Self = self(),
    Players = [spawn_link(fun() -> receive 'begin' -> play(Self, Number, Size, Each) end end)
               || Number <- lists:seq(0, Size - 1)],
    persistent_term:put(players, list_to_tuple(Players)),
    Begin = erlang:monotonic_time(nanosecond),
    [Player ! 'begin' || Player <- Players],
    await_finished(Size),
    Time = rival:since(Begin),
    [Player ! how_many || Player <- Players],
    Answered = sum_answered(Size, 0),
    rival:require(Answered =:= Each * Size, "a ping is missing or doubled"),
    {Each * Size, Time, []};
big(_) -> rival:misused("big needs two processes at least").

play(Boss, Number, Size, Pings) ->
    go_on(Boss, Number, persistent_term:get(players), Size, Pings, Number + 1, 0).

%% The same generator in every language: cheap, and good enough to choose a partner.
next_random(X) -> (X * 1103515245 + 12345) band 16#7fffffff.

go_on(Boss, _, _, _, 0, _, Answered) ->
    Boss ! finished,
    answer(Boss, Answered);
go_on(Boss, Number, All, Size, Left, Last, Answered) ->
    Random = next_random(Last),
    Steps = 1 + (Random bsr 8) rem (Size - 1),  % to another than itself
    element(1 + (Number + Steps) rem Size, All) ! {ping, self()},
    go_on(Boss, Number, All, Size, Left - 1, Random, await_pong(Answered)).

await_pong(Answered) ->
    receive
        {ping, From} -> From ! pong, await_pong(Answered + 1);
        pong -> Answered
    end.

answer(Boss, Answered) ->
    receive
        {ping, From} -> From ! pong, answer(Boss, Answered + 1);
        how_many -> Boss ! {answered, Answered}
    end.

await_finished(0) -> ok;
await_finished(N) -> receive finished -> await_finished(N - 1) end.

sum_answered(0, Sum) -> Sum;
sum_answered(N, Sum) -> receive {answered, Pings} -> sum_answered(N - 1, Sum + Pings) end.

chameneos(#{count := Meetings, processes := Size}) when Size >= 2 ->
    Self = self(),
    Broker = spawn_link(fun() -> bring_together(Meetings, 0) end),
    Begin = erlang:monotonic_time(nanosecond),
    [spawn_link(fun() -> live(Broker, Self, I rem 3, 0, 0) end) || I <- lists:seq(0, Size - 1)],
    {Met, Colours} = sum_reports(Size, 0, 0),
    Time = rival:since(Begin),
    Broker ! {which_colours, Self},
    Expected = receive {expected, Value} -> Value end,
    rival:require(Met =:= 2 * Meetings, "a meeting is missing or doubled"),
    rival:require(Colours =:= Expected, "creatures have changed to a wrong colour"),
    {Meetings, Time, []};
chameneos(_) -> rival:misused("chameneos needs two creatures at least").

%% Adds up which colours both shall have taken at each meeting, by another rule than the creatures'.
bring_together(0, Colours) ->
    receive
        {meet, Late, _} -> Late ! over, bring_together(0, Colours);
        {which_colours, From} -> From ! {expected, Colours}
    end;
bring_together(Left, Colours) ->
    receive {meet, First, One} -> ok end,
    receive {meet, Second, Other} -> First ! {met, Other} end,
    Second ! {met, One},
    bring_together(Left - 1, Colours + 2 * ((6 - One - Other) rem 3)).

%% Colours: those that it took, added up.
live(Broker, Boss, Colour, Meetings, Colours) ->
    Broker ! {meet, self(), Colour},
    receive
        {met, Other} ->
            Next = changed(Colour, Other),
            live(Broker, Boss, Next, Meetings + 1, Colours + Next);
        over -> Boss ! {report, Meetings, Colours}
    end.

%% Two of one colour keep it, two of different colours both take the third.
changed(Colour, Colour) -> Colour;
changed(Colour, Other) -> 3 - Colour - Other.

sum_reports(0, Met, Colours) -> {Met, Colours};
sum_reports(N, Met, Colours) ->
    receive {report, Meetings, Taken} -> sum_reports(N - 1, Met + Meetings, Colours + Taken) end.
