%% link, monitor and names.
-module(rival_relations).
-export([link_unlink/1, monitor_death/1, names/1]).

spawn_idle(Count) -> [spawn(fun() -> receive 'end' -> ok end end) || _ <- lists:seq(1, Count)].

%% Returns when each of them has handled what was sent to it: their part is in the figure as well.
wait_for(Pids) -> [rival:require(is_process_alive(Pid), "a process has gone") || Pid <- Pids], ok.

timed(Count, Function) ->
    Begin = erlang:monotonic_time(nanosecond),
    Value = Function(),
    Time = rival:since(Begin),
    {Time, Time / Count, Value}.

count_links() -> {links, Links} = process_info(self(), links), length(Links).

link_unlink(#{count := Count}) ->
    Others = spawn_idle(Count),
    wait_for(Others),
    {LinkTime, LinkEach, _} = timed(Count, fun() -> [link(Pid) || Pid <- Others], wait_for(Others) end),
    Links = count_links(),
    {UnlinkTime, UnlinkEach, _} = timed(Count, fun() -> [unlink(Pid) || Pid <- Others], wait_for(Others) end),
    rival:require(Links >= Count andalso count_links() =:= Links - Count, "a link is missing or has stayed"),
    {Count, LinkTime + UnlinkTime, [{link_ns, LinkEach}, {unlink_ns, UnlinkEach}]}.

monitor_death(#{count := Count, processes := Watchers}) ->
    Self = self(),
    Each = Count div Watchers,
    [Watched] = spawn_idle(1),
    All = [spawn_link(fun() -> watch(Watched, Each, Self) end) || _ <- lists:seq(1, Watchers)],
    Watch = fun() ->
                    [Watcher ! 'begin' || Watcher <- All],
                    await(Watchers, watching),
                    is_process_alive(Watched)  % it has heard of them all
            end,
    {MonitorTime, MonitorEach, true} = timed(Count, Watch),
    {DownTime, DownEach, Downs} = timed(Count, fun() -> exit(Watched, kill), sum_told(Watchers, 0) end),
    rival:require(Downs =:= Each * Watchers, "somebody was not told, or something wrong"),
    {Downs, MonitorTime + DownTime, [{monitor_ns, MonitorEach}, {down_ns, DownEach}]}.

watch(Watched, Times, Boss) ->
    receive 'begin' -> ok end,
    [monitor(process, Watched) || _ <- lists:seq(1, Times)],
    Boss ! watching,
    Boss ! {told, count_downs(Watched, Times, 0)}.

count_downs(_, 0, Downs) -> Downs;
count_downs(Watched, Left, Downs) ->
    receive
        {'DOWN', _, process, Watched, killed} -> count_downs(Watched, Left - 1, Downs + 1);
        {'DOWN', _, process, _, _} -> count_downs(Watched, Left - 1, Downs)
    end.

await(0, _) -> ok;
await(N, Message) -> receive Message -> await(N - 1, Message) end.

sum_told(0, Sum) -> Sum;
sum_told(N, Sum) -> receive {told, Downs} -> sum_told(N - 1, Sum + Downs) end.

%% Names are atoms, which are made before: looking one up never hashes a text.
names(#{count := Count}) ->
    Owners = spawn_idle(Count),
    Atoms = [list_to_atom("worker_" ++ integer_to_list(I)) || I <- lists:seq(1, Count)],
    Both = lists:zip(Atoms, Owners),
    {Registering, RegisterEach, _} = timed(Count, fun() -> [true = register(Atom, Pid) || {Atom, Pid} <- Both] end),
    {Finding, FindEach, Right} = timed(Count, fun() -> count_right(Both, 0) end),
    {GivingUp, GiveUpEach, _} = timed(Count, fun() -> [true = unregister(Atom) || Atom <- Atoms] end),
    rival:require(Right =:= Count, "a name belongs to somebody else"),
    rival:require(lists:all(fun(Atom) -> whereis(Atom) =:= undefined end, Atoms), "a name has stayed"),
    {Count, Registering + Finding + GivingUp,
     [{register_ns, RegisterEach}, {whereis_ns, FindEach}, {unregister_ns, GiveUpEach}]}.

count_right([], Right) -> Right;
count_right([{Atom, Pid} | Rest], Right) ->
    case whereis(Atom) of
        Pid -> count_right(Rest, Right + 1);
        _ -> count_right(Rest, Right)
    end.
