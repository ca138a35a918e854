using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Backchannel.Native.Client;
using Backchannel.Native.Files;
using Backchannel.Native.Tests.Support.Servers;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tests.Client;

/// <summary>Finding and starting, with a shell script in the bus's place and a listener of the test behind its socket.</summary>
public sealed class LocalBusTests : IDisposable
{
    private readonly TemporaryFolder home = new();
    private readonly List<Socket> listeners = [];

    private string SocketPath => home.File("bus.sock");

    public void Dispose()
    {
        foreach (var listener in listeners)
        {
            listener.Dispose();
        }

        home.Dispose();
    }

    [UnixFact]
    public async Task A_bus_that_listens_is_used_and_none_is_started()
    {
        Listen(SocketPath);
        var bus = new LocalBus(Options("exit 9"), TimeProvider.System);

        await using var stream = await bus.ConnectAsync(default);

        Assert.True(stream.CanWrite);
    }

    [UnixFact]
    public async Task Where_no_bus_listens_one_is_started_and_waited_for()
    {
        var bus = new LocalBus(Options(Starts("first")), TimeProvider.System);

        await using var stream = await bus.ConnectAsync(default);

        Assert.Equal(
            $"serve --socket {SocketPath} --db {home.File("bus.db")} --background",
            (await File.ReadAllTextAsync(home.File("starts"))).Trim());
    }

    [UnixFact]
    public async Task Ten_that_find_no_bus_start_one()
    {
        var options = Options(Starts("first"));

        var streams = await Task.WhenAll(Enumerable.Range(0, 10)
            .Select(_ => new LocalBus(options, TimeProvider.System).ConnectAsync(default).AsTask()));

        Assert.Single(await File.ReadAllLinesAsync(home.File("starts")));
        foreach (var stream in streams)
        {
            await stream.DisposeAsync();
        }
    }

    [UnixFact]
    public async Task A_bus_that_died_and_left_its_socket_is_started_again()
    {
        var bus = new LocalBus(Options(Starts("second")), TimeProvider.System);
        var first = Listen(SocketPath);
        await (await bus.ConnectAsync(default)).DisposeAsync();
        first.Dispose();
        File.Delete(SocketPath);
        DeadSocket.Make(SocketPath);

        await using var stream = await bus.ConnectAsync(default);

        Assert.Single(await File.ReadAllLinesAsync(home.File("starts")));
    }

    [UnixTheory]
    [InlineData("kill -KILL $$")]
    [InlineData("echo 'listening on it'; exit")]
    public async Task A_bus_that_is_killed_while_it_starts_is_started_once_more(string end)
    {
        var mark = home.File("tried");
        var bus = new LocalBus(Options($"[ -e '{mark}' ] || {{ touch '{mark}'; {end}; }}; {Starts("second")}"), TimeProvider.System);

        await using var stream = await bus.ConnectAsync(default);

        Assert.Single(await File.ReadAllLinesAsync(home.File("starts")));
    }

    /// <summary>The lock of a process that is killed while it starts a bus is free before that bus listens.</summary>
    [UnixFact]
    public async Task A_bus_that_somebody_else_was_starting_is_used()
    {
        var script = $"{Starts("other")} >/dev/null; echo 'a bus is listening already' >&2; exit 1";
        var bus = new LocalBus(Options(script), TimeProvider.System);

        await using var stream = await bus.ConnectAsync(default);

        Assert.True(stream.CanWrite);
    }

    [UnixTheory]
    [InlineData("echo 'no room on the disk' >&2; echo more >&2; exit 1", "no room on the disk")]
    [InlineData("exit 1", "ended at once, twice")]
    [InlineData("echo 'listening on nothing'", "ended at once, twice")]
    public async Task A_bus_that_does_not_start_says_why(string script, string reason)
    {
        var bus = new LocalBus(Options(script), TimeProvider.System);

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => bus.ConnectAsync(default).AsTask());

        Assert.Equal(FaultCodes.Unreachable, exception.Code);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("more", exception.Message, StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("echo 'bus.db is damaged' >&2; echo '→ Put a backup in its place.' >&2; exit 1", "Put a backup in its place.")]
    [InlineData("echo 'no room' >&2; echo 'at Main()' >&2; exit 1", "FOLDER must be a folder of yours that can be written (mode 0700); otherwise set HOME to a folder where that is so.")]
    [InlineData("exit 1", "FOLDER must be a folder of yours that can be written (mode 0700); otherwise set HOME to a folder where that is so.")]
    public async Task A_bus_that_does_not_start_says_what_the_user_can_do(string script, string advice)
    {
        var bus = new LocalBus(Options(script), TimeProvider.System);

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => bus.ConnectAsync(default).AsTask());

        Assert.Equal($"{advice.Replace("FOLDER", home.Path, StringComparison.Ordinal)} What the bus said last is in {home.File("bus.log")}.", exception.Advice);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named()
    {
        var bus = new LocalBus(Options("") with { ExecutablePath = home.File("missing") }, TimeProvider.System);

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => bus.ConnectAsync(default).AsTask());

        Assert.Contains(home.File("missing"), exception.Message, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_bus_that_never_listens_is_ended_at_the_deadline()
    {
        var time = new SignallingTimeProvider();
        var bus = new LocalBus(Options("exec sleep 60") with { StartTimeout = TimeSpan.FromSeconds(11) }, time);

        var call = bus.ConnectAsync(default).AsTask();
        time.Advance(await time.TimerAsync(static dueTime => dueTime == TimeSpan.FromSeconds(11)));

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => call);
        Assert.Contains("within 11 s", exception.Message, StringComparison.Ordinal);
    }

    [ProgramTheory("setsid")]
    [InlineData("")]
    [InlineData("wait")]
    public async Task A_bus_that_never_listens_is_ended_though_the_process_that_started_it_has_gone(string last)
    {
        var time = new SignallingTimeProvider();
        var pipe = home.File("process");
        await ProgramRun.RunAsync("mkfifo", [pipe]);
        var script = $"exec setsid sh -c 'sleep 60 & echo $! > {pipe}; {last}'";
        var bus = new LocalBus(Options(script) with { StartTimeout = TimeSpan.FromSeconds(11) }, time);

        var call = bus.ConnectAsync(default).AsTask();
        var deadline = await time.TimerAsync(static dueTime => dueTime == TimeSpan.FromSeconds(11));
        using var sleeping = Process.GetProcessById(int.Parse(await Task.Run(() => File.ReadAllText(pipe)).Within(), CultureInfo.InvariantCulture));
        time.Advance(deadline);

        await Assert.ThrowsAsync<BackchannelException>(() => call);
        await sleeping.WaitForExitAsync().Within();
    }

    [UnixFact]
    public async Task The_bus_does_not_inherit_our_standard_output()
    {
        var bus = new LocalBus(Options($"readlink /proc/self/fd/1 > '{home.File("out")}'; {Starts("first")}"), TimeProvider.System);

        await using var stream = await bus.ConnectAsync(default);

        var own = File.ResolveLinkTarget("/proc/self/fd/1", returnFinalTarget: false)?.Name;
        Assert.NotEqual(own, Path.GetFileName((await File.ReadAllTextAsync(home.File("out"))).Trim()));
    }

    [UnixFact]
    public async Task A_client_whose_bus_dies_between_two_calls_notices_nothing()
    {
        var options = ClientTest.Options(new("http://localhost")) with
        {
            LocalBus = Options($"mv '{home.File("second")}' '{SocketPath}'; echo 'listening on unix:{SocketPath}'"),
        };
        await using var first = new MisbehavingServer(new UnixDomainSocketEndPoint(SocketPath), Answer);
        await using var second = new MisbehavingServer(new UnixDomainSocketEndPoint(home.File("second")), Answer);
        await using var connection = new BusConnection(options, TimeProvider.System);

        await connection.PostAsync(default);
        await first.DisposeAsync();
        await connection.PostAsync(default);

        Assert.Equal((1, 1), (first.Calls.Count, second.Calls.Count));
    }

    [UnixFact]
    public async Task A_client_of_the_local_bus_says_what_hinders_it_without_trying_again()
    {
        var options = ClientTest.Options(new("http://localhost")) with
        {
            LocalBus = Options($"echo start >> '{home.File("starts")}'; echo 'no room on the disk' >&2; exit 1"),
        };
        await using var connection = new BusConnection(options, TimeProvider.System);

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Contains("no room on the disk", exception.Message, StringComparison.Ordinal);
        Assert.Single(await File.ReadAllLinesAsync(home.File("starts")));
    }

    [UnixTheory]
    [InlineData("another user's", "belongs to another user of this machine")]
    [InlineData("open to others", "chmod 700")]
    [InlineData("a link to one open to others", "chmod 700")]
    public async Task In_a_folder_that_is_not_the_users_alone_nobody_is_asked(string folder, string expected)
    {
        var listener = Listen(SocketPath);
        var options = Options("exit 9");
        switch (folder)
        {
            case "another user's":
                options = options with { UserId = FileStatus.OwnUserId + 1 };
                break;
            case "a link to one open to others":
                Directory.CreateSymbolicLink(home.File("link"), home.Path);
                options = options with { SocketPath = home.File("link/bus.sock") };
                goto default;
            default:
                File.SetUnixFileMode(home.Path, File.GetUnixFileMode(home.Path) | UnixFileMode.OtherExecute);
                break;
        }

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => new LocalBus(options, TimeProvider.System).ConnectAsync(default).AsTask());

        Assert.Equal(FaultCodes.NotPrivate, exception.Code);
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.False(listener.Poll(TimeSpan.Zero, SelectMode.SelectRead));
    }

    [UnixFact]
    public async Task What_lies_in_the_sockets_place_and_is_none_is_named()
    {
        await File.WriteAllTextAsync(SocketPath, "notes");

        var exception = await Assert.ThrowsAsync<BackchannelException>(
            () => new LocalBus(Options("exit 9"), TimeProvider.System).ConnectAsync(default).AsTask());

        Assert.Contains($"{SocketPath} is a file and no socket", exception.Message, StringComparison.Ordinal);
        Assert.Equal("notes", await File.ReadAllTextAsync(SocketPath));
    }

    [UnixFact]
    public async Task Who_listens_is_checked_after_connecting()
    {
        Listen(SocketPath);
        using var connected = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await connected.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));

        LocalBusFolder.CheckPeer(connected, SocketPath, FileStatus.OwnUserId);
        var exception = Assert.Throws<BackchannelException>(() => LocalBusFolder.CheckPeer(connected, SocketPath, FileStatus.OwnUserId + 1));

        Assert.Contains("is run by another user of this machine", exception.Message, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_lock_that_another_process_holds_is_told_as_that_within_the_attempt()
    {
        using var held = await FileLock.AcquireAsync(home.File("bus.lock"), TimeSpan.Zero, TimeProvider.System, default);
        var options = ClientTest.Options(new("http://localhost")) with { LocalBus = Options("exit 9") with { LockTimeout = TimeSpan.FromSeconds(1) } };
        await using var connection = new BusConnection(options, TimeProvider.System);

        var exception = await Assert.ThrowsAsync<BackchannelException>(() => connection.PostAsync(default));

        Assert.Equal(FaultCodes.Locked, exception.Code);
        Assert.Contains($"another process has held {home.File("bus.lock")} for 1 s", exception.Message, StringComparison.Ordinal);
        Assert.True(Options("").LockTimeout < options.AttemptTimeout);
    }

    private static Reply Answer(RecordedRequest request) =>
        request.Target == Routes.Keys ? MisbehavingServer.IssueKey() : Reply.Json(201, ClientTest.PostedJson);

    /// <summary>A script that starts a bus: it moves a listening socket of the test into place.</summary>
    private string Starts(string name)
    {
        Listen(home.File(name));
        return $"echo \"$*\" >> '{home.File("starts")}'; mv '{home.File(name)}' '{SocketPath}'; echo 'listening on unix:{SocketPath}'";
    }

    private LocalBusOptions Options(string script) => new()
    {
        SocketPath = SocketPath,
        ExecutablePath = "/bin/sh",
        ArgumentsPrefix = ["-c", script, "bus"],
        StartTimeout = TimeSpan.FromSeconds(30),
    };

    private Socket Listen(string path)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        listeners.Add(listener);
        return listener;
    }
}
