using Backchannel.Native.Cli;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;
using Processor = System.Runtime.InteropServices.Architecture;

namespace Backchannel.Native.Tests.EndToEnd.EmptyRoots;

/// <summary>How the static file finds hosts in a root that holds only what container engines mount.</summary>
public sealed class EmptyRootNameTests
{
    private const string BusName = "bus.test";

    [StaticFileFact(Processor.X64, NeedsNameServer = true)]
    public Task A_name_that_only_dns_knows_is_found_on_x64() => A_name_that_only_dns_knows_is_found(Processor.X64);

    [StaticFileFact(Processor.Arm64, NeedsNameServer = true)]
    public Task A_name_that_only_dns_knows_is_found_on_arm64() => A_name_that_only_dns_knows_is_found(Processor.Arm64);

    [StaticFileFact(Processor.X64)]
    public async Task Localhost_without_a_hosts_file_is_an_error_that_says_what_to_write()
    {
        using var root = new EmptyRoot(StaticFile.For(Processor.X64));
        root.Add("etc/hosts", "");
        root.Add("etc/resolv.conf", $"nameserver {NameServer.Address}\noptions timeout:1 attempts:1\n");

        var (exitCode, output, _) = await root.RunAsync("doctor", "--base-url", "http://localhost:1");

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("write 127.0.0.1 in BACKCHANNEL_BASE_URL", output, StringComparison.Ordinal);
    }

    [StaticFileFact(Processor.X64)]
    public async Task A_name_server_that_does_not_answer_is_told_from_a_name_that_is_not_there()
    {
        using var root = new EmptyRoot(StaticFile.For(Processor.X64));
        root.Add("etc/resolv.conf", $"nameserver {NameServer.Address}\noptions timeout:1 attempts:1\n");

        var (exitCode, output, _) = await root.RunAsync("doctor", "--base-url", "https://bus.test");

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("no name server answers", output, StringComparison.Ordinal);
    }

    private static async Task A_name_that_only_dns_knows_is_found(Processor processor)
    {
        await using var bus = await TestBus.StartAsync();
        await using var front = new TlsFront(new Uri(bus.BaseUrl), BusName);
        await using var names = new NameServer(BusName);
        using var root = new EmptyRoot(StaticFile.For(processor));
        root.Add("etc/resolv.conf", $"nameserver {NameServer.Address}\n");
        root.Add("ca.pem", front.AuthorityPem);

        var (exitCode, output, errors) = await root.RunAsync(
            new Dictionary<string, string> { ["SSL_CERT_FILE"] = "/ca.pem" }, "doctor", "--base-url", $"https://{BusName}:{front.Port}");

        Assert.True(exitCode == ExitCode.Done, output + errors);
        Assert.NotEqual(0, names.Questions);
    }
}
