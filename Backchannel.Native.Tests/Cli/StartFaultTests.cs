using System.Net.Sockets;
using System.Net;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Cli;
using Backchannel.Native.Tests.Support.Buses;

namespace Backchannel.Native.Tests.Cli;

/// <summary>A bus that cannot start: its address and the option that changes it are named.</summary>
public sealed class StartFaultTests : IDisposable
{
    private readonly CliHome home = new() { Clock = TimeProvider.System };

    public void Dispose() => home.Dispose();

    [Theory]
    [InlineData(SocketError.AccessDenied, "127.0.0.1:80", "it cannot listen on 127.0.0.1:80: Permission denied. A port below 1024 is for root.", "Name a higher one, such as --listen 127.0.0.1:8080.")]
    [InlineData(SocketError.AccessDenied, "[::1]:80", "it cannot listen on [::1]:80: Permission denied. A port below 1024 is for root.", "Name a higher one, such as --listen [::1]:8080.")]
    [InlineData(SocketError.AddressNotAvailable, "192.0.2.1:80", "it cannot listen on 192.0.2.1:80: this machine has no such address.", "Name one of its own with --listen, such as 127.0.0.1:8080.")]
    [InlineData(SocketError.AddressFamilyNotSupported, "[::1]:80", "it cannot listen on [::1]:80: this machine has no IPv6.", "Name an address of the other kind with --listen, such as 127.0.0.1:8080 or [::1]:8080.")]
    public void An_address_that_cannot_be_listened_on_is_named_with_its_option(SocketError error, string address, string cause, string advice)
    {
        var fault = StartFault.Of(new SocketException((int)error), Options() with { Listen = IPEndPoint.Parse(address) });

        Assert.Equal(new StartFault(cause, advice), fault);
    }

    [Fact]
    public void A_socket_that_cannot_be_listened_on_is_named_with_its_option()
    {
        var fault = StartFault.Of(new SocketException((int)SocketError.AccessDenied), Options() with { SocketPath = "/run/bus.sock" });

        Assert.Equal(new StartFault("it cannot listen on /run/bus.sock: Permission denied.", "Name another --socket."), fault);
    }

    [Fact]
    public void The_local_bus_says_of_a_newer_database_how_to_go_on_without_it()
    {
        var options = Options() with { DatabasePath = "/home/a/bus.db" };

        var fault = StartFault.OfLocalBus(new InvalidOperationException("The database has schema 9."), options);

        Assert.Equal(
            new StartFault("The database has schema 9.", "To start with an empty database, move /home/a/bus.db away, with /home/a/bus.db-wal and /home/a/bus.db-shm."),
            fault);
    }

    [Fact]
    public void The_local_bus_says_of_a_newer_file_which_release_opens_it_and_how_its_bus_is_ended()
    {
        var fault = StartFault.OfLocalBus(new NewerDatabaseException(9, 7, "9.1.0"), Options() with { DatabasePath = "/home/a/bus.db" });

        Assert.Equal(
            $"The database has schema 9: a newer release of backchannel-mcp, 9.1.0, has written it. This is release {ProductVersion.Text}, which knows schemas up to 7.",
            fault.Cause);
        Assert.StartsWith("Update this program to release 9.1.0, or start a session with it", fault.Advice, StringComparison.Ordinal);
        Assert.Contains("'backchannel-mcp stop' ends it", fault.Advice, StringComparison.Ordinal);
        Assert.Contains("move /home/a/bus.db away", fault.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_said_to_be_none_of_this_one()
    {
        var errors = await FailAsync("192.0.2.1:8080", "--allow-remote");

        Assert.Contains("it cannot listen on 192.0.2.1:8080: this machine has no such address. Name one of its own with --listen", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_in_use_is_named_with_its_option()
    {
        await using var bus = await TestBus.StartAsync();
        var address = new Uri(bus.BaseUrl).Authority;

        var errors = await FailAsync(address);

        Assert.Contains(address, errors, StringComparison.Ordinal);
        Assert.Contains("address already in use. Name another one with --listen", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_none_can_be_left_for_another_one()
    {
        home.Write("bus.db", new string('x', 10_000));

        var errors = await FailAsync("127.0.0.1:0");

        Assert.Contains("or name another --db.", errors, StringComparison.Ordinal);
    }

    private static BusOptions Options() => new() { DatabasePath = "/data/bus.db" };

    private async Task<string> FailAsync(string address, params string[] more)
    {
        var (exitCode, output, errors) = await home.RunAsync(["serve", "--listen", address, "--db", home.PathOf("bus.db"), .. more]);
        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Empty(output);
        return errors;
    }
}
