%% mailbox and idle.
-module(rival_waiting).
-export([mailbox/1, idle/1]).

mailbox(#{count := Count}) ->
    Owner = spawn_opt(fun() -> hoard(Count) end, [link, {message_queue_data, off_heap}]),
    Before = rival:resident_bytes(),
    Begin = erlang:monotonic_time(nanosecond),
    put_items(Owner, 0, Count),
    {message_queue_len, Queued} = process_info(Owner, message_queue_len),  % all are in its queue
    Time = rival:since(Begin),
    Bytes = rival:grown_by(Before, Count),
    Owner ! {empty, self()},
    Sum = receive {sum, Value} -> Value end,
    rival:require(Queued =:= Count andalso Sum =:= Count * (Count - 1) div 2, "a message is missing or doubled"),
    {Count, Time, [{bytes_per_message, Bytes}]}.

put_items(_, Count, Count) -> ok;
put_items(Owner, I, Count) -> Owner ! {item, I}, put_items(Owner, I + 1, Count).

%% Lets messages lie until it is told to take them.
hoard(Count) -> receive {empty, From} -> From ! {sum, take_all(Count, 0)} end.

take_all(0, Sum) -> Sum;
take_all(N, Sum) -> receive {item, Number} -> take_all(N - 1, Sum + Number) end.

idle(#{count := Count, more := #{seconds := Seconds}}) ->
    Self = self(),
    Waiting = [spawn(fun() -> Self ! ready, receive never -> ok end end) || _ <- lists:seq(1, Count)],
    await_ready(Count),
    Before = rival:cpu_seconds(),
    timer:sleep(round(Seconds * 1000)),
    Used = rival:cpu_seconds() - Before,
    rival:require(lists:all(fun is_process_alive/1, Waiting), "a process that waits has gone"),
    {Count, Used * 1.0e9, [{idle_cpu_seconds, Used}]}.

await_ready(0) -> ok;
await_ready(N) -> receive ready -> await_ready(N - 1) end.
