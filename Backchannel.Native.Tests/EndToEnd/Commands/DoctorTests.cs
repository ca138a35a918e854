using System.Net.Sockets;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;

namespace Backchannel.Native.Tests.EndToEnd.Commands;

/// <summary>The doctor of the published file, where a process of its own is needed to see it.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly TemporaryHome home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task A_stale_socket_is_no_obstacle_and_the_local_bus_says_its_release_and_its_log()
    {
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(home.BusFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(Path.Combine(home.BusFolder, "bus.sock")));
        }

        var doctor = await RunAsync(("BACKCHANNEL_BASE_URL", "local"));

        Assert.Equal(0, doctor.ExitCode);
        Assert.Contains($"backchannel-mcp {ProductVersion.Text}); it logs to {Path.Combine(home.BusFolder, "bus.log")}", doctor.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("→", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_none_is_named_with_the_log()
    {
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(home.BusFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        await File.WriteAllTextAsync(Path.Combine(home.BusFolder, "bus.db"), new string('x', 10_000));

        var doctor = await RunAsync(("BACKCHANNEL_BASE_URL", "local"));

        var posted = await NativeCommand.RunAsync(
            new Dictionary<string, string> { ["HOME"] = home.Path, ["BACKCHANNEL_BASE_URL"] = "local" }, "call", "post_task", "--channel", "lane", "--content", "x");

        var (database, log) = (Path.Combine(home.BusFolder, "bus.db"), Path.Combine(home.BusFolder, "bus.log"));
        var advice = $"Put a backup in its place, or move it away, with {database}-wal and {database}-shm";
        Assert.Equal((1, 1), (doctor.ExitCode, posted.ExitCode));
        Assert.All(
            [(doctor.Output, "→ "), (posted.Errors, "Tell the user: ")],
            said =>
            {
                Assert.Contains($"{database} is damaged, or no database at all", said.Item1, StringComparison.Ordinal);
                Assert.Contains(said.Item2 + advice, said.Item1, StringComparison.Ordinal);
                Assert.Contains($"What the bus said last is in {log}.", said.Item1, StringComparison.Ordinal);
                Assert.DoesNotContain("--db", said.Item1, StringComparison.Ordinal);
                Assert.DoesNotContain("BACKCHANNEL_BASE_URL", said.Item1, StringComparison.Ordinal);
            });
        Assert.Contains("is damaged", await File.ReadAllTextAsync(log), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_home_in_which_nothing_can_be_made_is_named_as_what_has_to_change()
    {
        var environment = new Dictionary<string, string> { ["HOME"] = "/proc", ["BACKCHANNEL_BASE_URL"] = "local" };

        var doctor = await NativeCommand.RunAsync(environment, "doctor");
        var posted = await NativeCommand.RunAsync(environment, "call", "post_task", "--channel", "lane", "--content", "x");

        Assert.All(
            [doctor.Output, posted.Errors],
            text =>
            {
                Assert.Contains("/proc/.local/share/backchannel must be a folder of yours that can be written (mode 0700); otherwise set HOME", text, StringComparison.Ordinal);
                Assert.DoesNotContain("BACKCHANNEL_BASE_URL", text, StringComparison.Ordinal);
            });
    }

    [Fact]
    public async Task A_private_authority_that_is_named_is_trusted()
    {
        await using var bus = await TestBus.StartAsync();
        await using var front = new TlsFront(new Uri(bus.BaseUrl), "bus.test");

        var doctor = await RunAsync(("BACKCHANNEL_BASE_URL", $"https://127.0.0.1:{front.Port}"), ("SSL_CERT_FILE", Authority(front)));

        Assert.True(doctor.ExitCode == 0, doctor.Output);
        Assert.Matches("ok +bus +answers", doctor.Output);
    }

    [Fact]
    public async Task A_certificate_for_another_host_names_both()
    {
        await using var bus = await TestBus.StartAsync();
        await using var front = new TlsFront(new Uri(bus.BaseUrl), "bus.test");

        var doctor = await RunAsync(("BACKCHANNEL_BASE_URL", $"https://localhost:{front.Port}"), ("SSL_CERT_FILE", Authority(front)));

        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains("its certificate is for bus.test, 127.0.0.1, not for localhost", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_has_run_out_says_when()
    {
        await using var bus = await TestBus.StartAsync();
        await using var front = new TlsFront(new Uri(bus.BaseUrl), "bus.test", TimeSpan.FromDays(-2));

        var doctor = await RunAsync(("BACKCHANNEL_BASE_URL", $"https://127.0.0.1:{front.Port}"), ("SSL_CERT_FILE", Authority(front)));

        var ranOut = TimeProvider.System.GetUtcNow().AddDays(-2).ToString("yyyy-MM-dd", null);
        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains($"to {ranOut})", doctor.Output, StringComparison.Ordinal);
    }

    private string Authority(TlsFront front)
    {
        var path = Path.Combine(home.Path, "ca.pem");
        File.WriteAllText(path, front.AuthorityPem);
        return path;
    }

    private Task<NativeCommand> RunAsync(params (string Name, string Value)[] environment) =>
        NativeCommand.RunAsync(
            environment.Append(("HOME", home.Path)).ToDictionary(variable => variable.Item1, variable => variable.Item2), "doctor");
}
