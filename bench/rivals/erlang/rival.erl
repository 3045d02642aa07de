%% The workloads of bench/scenarios in Erlang, with the same command line and the same line of JSON. The program
%% `erlang` that bench/rivals/build makes starts a machine for each run and calls main/0 here.
-module(rival).
-export([main/0, require/2, misused/1, since/1, resident_bytes/0, grown_by/2, cpu_seconds/0]).

%% {Name, Definition, Count, Processes, further parameters, function of #{count, processes, more}}.
%% The function returns {Operations, Nanoseconds of all, [{Name, further figure}]}.
workloads() ->
    [{spawn_exit, "spawn N processes that return at once; until the last has counted itself out",
      1000000, 0, [], fun rival_spawning:spawn_exit/1},
     {spawn_live, "spawn N servers that wait for questions; until all wait, then a message to each and an answer",
      1000000, 0, [{hibernate, 0}], fun rival_spawning:spawn_live/1},
     {spawn_parked, "the same: a process always has its heap and stack; hibernate = 1 shrinks them while it waits",
      1000000, 0, [{hibernate, 0}], fun rival_spawning:spawn_live/1},
     {ping_pong, "N messages in all between two processes", 5000000, 2, [], fun rival_messaging:ping_pong/1},
     {ring, "N hops of one token through a ring of processes", 5000000, 1000, [], fun rival_messaging:ring/1},
     {skynet, "a tree of ten children a node grows to N leaves and sums them up; per process of it",
      1000000, 0, [], fun rival_trees:skynet/1},
     {fan_in, "N messages in all from the senders to one receiver, which counts them",
      8000000, 8, [], fun rival_messaging:fan_in/1},
     {big, "N pings in all: each process pings a random other and answers while it waits for its pong",
      2000000, 512, [], fun rival_crowds:big/1},
     {chameneos, "N meetings of two creatures each through one broker, four messages a meeting",
      1000000, 100, [], fun rival_crowds:chameneos/1},
     {gen_call, "N synchronous calls in all to one server, by as many clients as there are processes",
      1000000, 1, [], fun rival_calls:gen_call/1},
     {selective, "N calls by a process in whose queue as many messages wait as there are processes",
      1000000, 100000, [], fun rival_calls:selective/1},
     {fib, "the n-th Fibonacci number with a process per call above the cutoff; per process",
      0, 0, [{cutoff, 22}, {n, 38}], fun rival_trees:fib/1},
     {timers, "start N timers of 1 to 1,000 ms to one process, which measures how late each is; per start",
      1000000, 0, [], fun rival_timing:timers/1},
     {timer_cancel, "start N timers of 60 s, then cancel each", 1000000, 0, [], fun rival_timing:timer_cancel/1},
     {mailbox, "put N messages into the queue of a process that leaves them there",
      1000000, 0, [], fun rival_waiting:mailbox/1},
     {hog_latency,
      "a pair that talks and a ticker of 1 ms for N ms, beside as many endless loops as there are processes",
      10000, 2, [], fun rival_hogs:hog_latency/1},
     {idle, "N processes wait for nothing: CPU time of so many seconds, per process",
      100000, 0, [{seconds, 10}], fun rival_waiting:idle/1},
     {link, "link to N processes, then undo it", 100000, 0, [], fun rival_relations:link_unlink/1},
     {monitor, "N monitors of one process by as many watchers as there are processes; then it dies and all are told",
      1000000, 1000, [], fun rival_relations:monitor_death/1},
     {names, "register N names, look each up, unregister it", 100000, 0, [], fun rival_relations:names/1},
     {supervision, "start N children of a dynamic supervisor, kill one in a hundred, await restarts, stop it",
      100000, 0, [], fun rival_supervisor:supervision/1}].

-spec fail(0..255, string(), list()) -> no_return().
fail(Code, Format, Values) ->
    io:format(standard_error, Format ++ "~n", Values),
    halt(Code).

%% A figure of a run whose result is wrong is worse than none.
require(true, _) -> ok;
require(false, Sentence) -> fail(2, "the scenario's result is wrong: ~s", [Sentence]).

-spec misused(string()) -> no_return().
misused(Sentence) -> fail(1, "~s", [Sentence]).

since(Begin) -> erlang:monotonic_time(nanosecond) - Begin.

%% CPU time of this machine so far, of all its threads; the system call behind it counts milliseconds.
cpu_seconds() -> element(1, statistics(runtime)) / 1000.

%% Memory that the kernel holds in RAM now.
resident_bytes() ->
    {ok, Text} = file:read_file("/proc/self/statm"),
    binary_to_integer(lists:nth(2, binary:split(Text, <<" ">>, [global]))) * 4096.

%% By how much it has grown since, for each of so many.
grown_by(Before, Count) -> max(0, resident_bytes() - Before) / Count.

peak_rss_bytes() ->
    {ok, Text} = file:read_file("/proc/self/status"),
    {match, [Kilobytes]} = re:run(Text, "VmHWM:\\s*([0-9]+) kB", [{capture, all_but_first, binary}]),
    binary_to_integer(Kilobytes) * 1024.

main() ->
    #{name := Name} = Line = parse(init:get_plain_arguments(), #{more => #{}}),
    case [Workload || Workload <- workloads(), atom_to_list(element(1, Workload)) =:= Name] of
        [Workload] -> run(Workload, Line);
        [] -> usage()
    end.

parse([], Line) -> maps:merge(#{name => "", count => 0, processes => 0, workers => 1}, Line);
parse(["--help" | _], _) -> usage();
parse(["--count", Text | Rest], Line) -> parse(Rest, Line#{count => natural(Text)});
parse(["--processes", Text | Rest], Line) -> parse(Rest, Line#{processes => natural(Text)});
parse(["--workers", Text | Rest], Line) -> parse(Rest, Line#{workers => natural(Text)});
parse(["--set", Setting | Rest], #{more := More} = Line) ->
    case string:split(Setting, "=") of
        [Name, Value] when Name =/= "" -> parse(Rest, Line#{more => More#{Name => float_of(Value, Setting)}});
        _ -> fail(2, "\"~s\" is not NAME=NUMBER", [Setting])
    end;
parse(["-" ++ _ = Option | _], _) -> fail(2, "~s is no option, or its value is missing", [Option]);
parse([Other | _], #{name := Name}) -> fail(2, "there is one workload a run: ~s or ~s?", [Name, Other]);
parse([Name | Rest], Line) -> parse(Rest, Line#{name => Name}).

natural(Text) ->
    case string:to_integer(Text) of
        {Number, ""} when is_integer(Number), Number >= 0 -> Number;
        _ -> fail(2, "\"~s\" is not a number of something", [Text])
    end.

float_of(Text, Setting) ->
    case {string:to_float(Text), string:to_integer(Text)} of
        {{Number, ""}, _} -> Number;
        {_, {Number, ""}} when is_integer(Number) -> Number;
        _ -> fail(2, "\"~s\" is not NAME=NUMBER", [Setting])
    end.

usage() ->
    io:format(standard_error, "Usage: erlang NAME [--count N] [--processes N] [--set NAME=VALUE]... "
              "[--workers N] [--runs N]~n~nWorkloads:~n", []),
    [begin
         Defaults = [{'N', Count} || Count > 0] ++ [{processes, Processes} || Processes > 0] ++ More,
         io:format(standard_error, "  ~-13s ~s (~s)~n",
                   [Name, Definition, lists:join(", ", [io_lib:format("~s = ~w", [N, V]) || {N, V} <- Defaults])])
     end || {Name, Definition, Count, Processes, More, _} <- workloads()],
    halt(2).

or_default(0, Default) -> Default;
or_default(Given, _) -> Given.

%% The workload's own values where nobody said otherwise.
further(Name, Defaults, Given) ->
    Known = maps:from_list(Defaults),
    [fail(1, "~s has no parameter \"~s\"", [Name, Other])
     || Other <- maps:keys(Given), not lists:any(fun(Key) -> atom_to_list(Key) =:= Other end, maps:keys(Known))],
    maps:map(fun(Key, Default) -> maps:get(atom_to_list(Key), Given, Default) end, Known).

%% The workload has a process to itself. Its queue, in which a million messages may lie, is not its collector's.
run({Name, _, Count, Processes, More, Run}, #{workers := Workers, more := Given} = Line) ->
    Parameters = #{count => or_default(maps:get(count, Line), Count),
                   processes => or_default(maps:get(processes, Line), Processes),
                   more => further(Name, More, Given)},
    Before = cpu_seconds(),
    {_, Watch} = spawn_opt(fun() -> exit({result, Run(Parameters)}) end, [monitor, {message_queue_data, off_heap}]),
    receive
        {'DOWN', Watch, process, _, {result, {0, _, _}}} ->
            fail(1, "there was nothing to do: --count is smaller than --processes", []);
        {'DOWN', Watch, process, _, {result, {Operations, Nanoseconds, Extra}}} ->
            Cpu = cpu_seconds() - Before,
            report([{workload, io_lib:format("\"~s\"", [Name])}, {operations, Operations},
                    {processes, maps:get(processes, Parameters)}, {workers, Workers},
                    {ns_per_operation, Nanoseconds / Operations}, {cpu_seconds, Cpu},
                    {peak_rss_bytes, peak_rss_bytes()}]
                   ++ maps:to_list(maps:get(more, Parameters)) ++ lists:sort(Extra));
        {'DOWN', Watch, process, _, Reason} -> fail(1, "~s has failed: ~p", [Name, Reason])
    end.

report(Fields) ->
    Texts = [["\"", atom_to_list(Name), "\":", json(Value)] || {Name, Value} <- Fields],
    io:format("{~s}~n", [lists:join(",", Texts)]),
    halt(0).

json(Value) when is_integer(Value) -> integer_to_list(Value);
json(Value) when is_float(Value) -> float_to_list(Value, [{decimals, 6}, compact]);
json(Text) -> Text.
