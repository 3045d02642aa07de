%% skynet and fib.
-module(rival_trees).
-export([skynet/1, fib/1]).

-define(branches, 10).

%% Of the leaves from First on, Size in number: the shares of the children.
shares(First, Size) ->
    Children = min(Size, ?branches),
    [{First + Size * I div Children, Size * (I + 1) div Children - Size * I div Children}
     || I <- lists:seq(0, Children - 1)].

nodes_of({_, 1}) -> 1;
nodes_of({First, Size}) -> 1 + lists:sum([nodes_of(Share) || Share <- shares(First, Size)]).

grow(Parent, {First, 1}) -> Parent ! {sum, First};
grow(Parent, {First, Size}) ->
    Self = self(),
    Shares = shares(First, Size),
    [spawn(fun() -> grow(Self, Share) end) || Share <- Shares],
    Parent ! {sum, add_up(length(Shares), 0)}.

add_up(0, Sum) -> Sum;
add_up(N, Sum) -> receive {sum, Value} -> add_up(N - 1, Sum + Value) end.

skynet(#{count := Leaves}) ->
    Self = self(),
    Nodes = nodes_of({0, Leaves}),
    Begin = erlang:monotonic_time(nanosecond),
    spawn(fun() -> grow(Self, {0, Leaves}) end),
    Sum = add_up(1, 0),
    Time = rival:since(Begin),
    rival:require(Sum =:= Leaves * (Leaves - 1) div 2, "the sum of the leaves is another one"),
    {Nodes, Time, []}.

fib_here(N) when N < 2 -> N;
fib_here(N) -> fib_here(N - 1) + fib_here(N - 2).

%% A call above the cutoff is a process; what is not is computed by its caller, once its siblings are on
%% their way.
fib_above(Parent, N, Cutoff) ->
    Self = self(),
    Calls = [N - 1, N - 2],
    Spawned = [spawn(fun() -> fib_above(Self, Call, Cutoff) end) || Call <- Calls, Call > Cutoff],
    Here = lists:sum([fib_here(Call) || Call <- Calls, Call =< Cutoff]),
    Parent ! {sum, add_up(length(Spawned), Here)}.

calls_above(N, Cutoff) when N =< Cutoff -> 0;
calls_above(N, Cutoff) -> 1 + calls_above(N - 1, Cutoff) + calls_above(N - 2, Cutoff).

%% By another way than the one that is measured.
fib_by_adding(0, One, _) -> One;
fib_by_adding(N, One, Next) -> fib_by_adding(N - 1, Next, One + Next).

fib(#{more := #{n := Number, cutoff := Limit}}) ->
    {N, Cutoff} = {trunc(Number), trunc(Limit)},
    case Cutoff >= 1 andalso N > Cutoff andalso N =< 90 of
        true -> ok;
        false -> rival:misused("fib needs 1 <= cutoff < n <= 90")
    end,
    Self = self(),
    Calls = calls_above(N, Cutoff),
    Begin = erlang:monotonic_time(nanosecond),
    spawn(fun() -> fib_above(Self, N, Cutoff) end),
    Result = add_up(1, 0),
    Time = rival:since(Begin),
    rival:require(Result =:= fib_by_adding(N, 0, 1), "this is not the Fibonacci number"),
    {Calls, Time, []}.
