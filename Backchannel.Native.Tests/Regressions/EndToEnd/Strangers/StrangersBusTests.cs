using System.Diagnostics;
using Backchannel.Native.Files;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Regressions.EndToEnd.Strangers;

/// <summary>Another user of the machine prepares the place where the local bus of this one will be looked for.</summary>
public sealed class StrangersBusTests
{
    [RootTheory("setpriv")]
    [InlineData("no home")]
    [InlineData("a long home")]
    public async Task A_bus_of_another_user_in_the_fallback_folder_gets_nothing(string home)
    {
        using var victim = new UserOfMachine();
        using var other = new UserOfMachine();
        var environment = new Dictionary<string, string> { ["BACKCHANNEL_BASE_URL"] = "local" };
        if (home == "a long home")
        {
            environment["HOME"] = victim.NewFolder(new string('h', 100));
        }

        Directory.CreateDirectory(victim.FallbackFolder);
        other.Give(victim.FallbackFolder);
        var socket = Path.Combine(victim.FallbackFolder, "bus.sock");
        using var bus = await ServeAsync(other, socket);
        File.SetUnixFileMode(socket, (UnixFileMode)0b111_111_111);

        var posted = await victim.RunAsync(environment, null, "call", "post_task", "--channel", "lane", "--content", "secret of the victim");
        var doctor = await victim.RunAsync(environment, null, "doctor");

        Assert.Equal((1, 1), (posted.ExitCode, doctor.ExitCode));
        Assert.All(
            [posted.Errors, doctor.Output],
            text => Assert.Contains($"{victim.FallbackFolder} belongs to another user of this machine (user id {other.Id})", text, StringComparison.Ordinal));
        Assert.Equal(0, Received(other));
    }

    /// <remarks>The folder and the socket's file look right: only the peer's user shows it.</remarks>
    [RootFact("setpriv")]
    public async Task A_bus_of_another_user_behind_a_socket_of_ones_own_gets_nothing()
    {
        using var victim = new UserOfMachine();
        using var other = new UserOfMachine();
        var socket = Path.Combine(other.NewFolder("bus"), "bus.sock");
        using var bus = await ServeAsync(other, socket);
        Directory.CreateDirectory(victim.FallbackFolder);
        victim.Give(victim.FallbackFolder, 0b111_000_000);
        File.Move(socket, Path.Combine(victim.FallbackFolder, "bus.sock"));
        victim.Give(Path.Combine(victim.FallbackFolder, "bus.sock"));

        var posted = await victim.RunAsync(
            new Dictionary<string, string> { ["BACKCHANNEL_BASE_URL"] = "local" }, null, "call", "post_task", "--channel", "lane", "--content", "secret");

        Assert.Equal(1, posted.ExitCode);
        Assert.Contains($"is run by another user of this machine (user id {other.Id})", posted.Errors, StringComparison.Ordinal);
        Assert.Equal(0, Received(other));
    }

    [RootFact("setpriv")]
    public async Task A_key_that_another_user_put_there_is_not_used()
    {
        using var victim = new UserOfMachine();
        using var other = new UserOfMachine();
        await using var bus = await TestBus.StartAsync();
        var home = victim.NewFolder("home");
        var keys = Path.Combine(home, ".config", "backchannel");
        Directory.CreateDirectory(keys);
        victim.Give(Path.GetDirectoryName(keys)!);
        await File.WriteAllTextAsync(Path.Combine(keys, "key"), "bck_aaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
        other.Give(Path.Combine(keys, "key"), 0b110_100_100);
        other.Give(keys, 0b111_111_111);

        var posted = await victim.RunAsync(
            new Dictionary<string, string> { ["HOME"] = home, ["BACKCHANNEL_BASE_URL"] = bus.BaseUrl }, null,
            "call", "post_task", "--channel", "lane", "--content", "x");

        Assert.True(posted.ExitCode == 0, posted.Errors);
        Assert.Contains($"{keys} belongs to another user of this machine (user id {other.Id})", posted.Errors, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(keys));
    }

    [RootTheory("setpriv")]
    [InlineData("")]
    [InlineData("-wal")]
    [InlineData("-lock")]
    public async Task A_database_that_another_user_made_is_not_written_to(string suffix)
    {
        using var victim = new UserOfMachine();
        using var other = new UserOfMachine();
        var database = Path.Combine(victim.NewFolder("data"), "bus.db");
        await File.WriteAllTextAsync(database + suffix, "");
        other.Give(database + suffix, 0b110_110_110);

        var served = await victim.RunAsync(new Dictionary<string, string>(), null, "serve", "--listen", "127.0.0.1:0", "--db", database);

        Assert.Equal(1, served.ExitCode);
        Assert.Contains($"{database}{suffix} belongs to another user of this machine (user id {other.Id})", served.Errors, StringComparison.Ordinal);
    }

    [RootFact("setpriv")]
    public async Task A_dead_socket_of_another_user_is_left_alone()
    {
        using var victim = new UserOfMachine();
        using var other = new UserOfMachine();
        var socket = Path.Combine(victim.NewFolder("data"), "bus.sock");
        DeadSocket.Make(socket);
        other.Give(socket);

        var served = await victim.RunAsync(
            new Dictionary<string, string>(), null, "serve", "--socket", socket, "--db", Path.Combine(victim.Folder, "data", "bus.db"));

        Assert.Equal(1, served.ExitCode);
        Assert.Contains($"{socket} is the socket of another user of this machine (user id {other.Id})", served.Errors, StringComparison.Ordinal);
        Assert.True(FileStatus.Read(socket)?.IsSocket);
    }

    /// <summary>How much of anybody's the user's bus has been sent.</summary>
    private static long Received(UserOfMachine user) => DatabaseFile.QueryInteger(
        DatabaseOf(user), "SELECT (SELECT count(*) FROM keys) + (SELECT count(*) FROM channels) + (SELECT count(*) FROM messages)");

    private static string DatabaseOf(UserOfMachine user) => Path.Combine(user.Folder, "data", "other.db");

    private static async Task<Process> ServeAsync(UserOfMachine user, string socket)
    {
        user.NewFolder("data");
        string[] arguments =
        [
            $"--reuid={user.Id}", $"--regid={user.Id}", "--clear-groups", "env", "-i", user.Program, "serve", "--socket", socket, "--db", DatabaseOf(user),
        ];
        var process = Process.Start(new ProcessStartInfo("setpriv", arguments) { RedirectStandardOutput = true })!;
        Assert.StartsWith("listening on ", await process.StandardOutput.ReadLineAsync(Deadline.Token()), StringComparison.Ordinal);
        return process;
    }
}
