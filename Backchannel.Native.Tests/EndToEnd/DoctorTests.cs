using System.Net.Sockets;
using Backchannel.Native.Tests.Support;

namespace Backchannel.Native.Tests.EndToEnd;

/// <summary>The doctor of the published file, where a process of its own is needed to see it.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly TemporaryHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_stale_socket_is_no_obstacle_and_the_local_bus_says_its_release_and_its_log()
    {
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_home.BusFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(Path.Combine(_home.BusFolder, "bus.sock")));
        }

        var doctor = await RunAsync(("BACKCHANNEL_BASE_URL", "local"));

        Assert.Equal(0, doctor.ExitCode);
        Assert.Contains($"backchannel-mcp {ProductVersion.Text}); it logs to {Path.Combine(_home.BusFolder, "bus.log")}", doctor.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("→", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_none_is_named_with_the_log()
    {
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_home.BusFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        await File.WriteAllTextAsync(Path.Combine(_home.BusFolder, "bus.db"), new string('x', 10_000));

        var doctor = await RunAsync(("BACKCHANNEL_BASE_URL", "local"));

        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains("bus.db", doctor.Output, StringComparison.Ordinal);
        Assert.Contains("bus.log", doctor.Output, StringComparison.Ordinal);
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
        var path = Path.Combine(_home.Path, "ca.pem");
        File.WriteAllText(path, front.AuthorityPem);
        return path;
    }

    private Task<NativeCommand> RunAsync(params (string Name, string Value)[] environment) =>
        NativeCommand.RunAsync(
            environment.Append(("HOME", _home.Path)).ToDictionary(variable => variable.Item1, variable => variable.Item2), "doctor");
}
