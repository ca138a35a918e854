using Backchannel.Native.Cli;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;
using Processor = System.Runtime.InteropServices.Architecture;

namespace Backchannel.Native.Tests.EndToEnd.EmptyRoots;

/// <summary>Names and TLS of the static file in a root that holds only what container engines mount.</summary>
public sealed class EmptyRootHttpsTests
{
    private const string BusName = "bus.test";

    [StaticFileFact(Processor.X64)]
    public Task A_private_authority_named_by_variable_is_trusted_on_x64() => A_private_authority_named_by_variable_is_trusted(Processor.X64);

    [StaticFileFact(Processor.Arm64)]
    public Task A_private_authority_named_by_variable_is_trusted_on_arm64() => A_private_authority_named_by_variable_is_trusted(Processor.Arm64);

    [StaticFileFact(Processor.X64)]
    public async Task Authorities_in_the_usual_folder_are_trusted_without_a_variable()
    {
        await using var bus = await TestBus.StartAsync();
        await using var front = new TlsFront(new Uri(bus.BaseUrl), BusName);
        using var root = Root(Processor.X64);
        root.Add("etc/ssl/certs/ca-certificates.crt", front.AuthorityPem);

        var (exitCode, output, errors) = await root.RunAsync("doctor", "--base-url", $"https://{BusName}:{front.Port}");

        Assert.True(exitCode == ExitCode.Done, output + errors);
        Assert.Matches("ok +bus +answers", output);
    }

    [StaticFileFact(Processor.X64)]
    public async Task A_folder_of_authorities_named_by_variable_is_trusted()
    {
        await using var bus = await TestBus.StartAsync();
        await using var front = new TlsFront(new Uri(bus.BaseUrl), BusName);
        using var root = Root(Processor.X64);
        root.Add("trusted/ours.pem", front.AuthorityPem);

        var (exitCode, output, errors) = await root.RunAsync(
            new Dictionary<string, string> { ["SSL_CERT_DIR"] = "/trusted" }, "doctor", "--base-url", $"https://{BusName}:{front.Port}");

        Assert.True(exitCode == ExitCode.Done, output + errors);
    }

    [StaticFileFact(Processor.X64)]
    public async Task Without_authorities_the_error_says_what_to_mount_or_copy()
    {
        await using var bus = await TestBus.StartAsync();
        await using var front = new TlsFront(new Uri(bus.BaseUrl), BusName);
        using var root = Root(Processor.X64);

        var (exitCode, output, _) = await root.RunAsync("doctor", "--base-url", $"https://{BusName}:{front.Port}");

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("SSL_CERT_FILE", output, StringComparison.Ordinal);
        Assert.Contains("mount or copy ca-certificates.crt", output, StringComparison.Ordinal);
    }

    /// <remarks>Without the call at start, glibc opens the service's library: a second C library in a static file, and its end.</remarks>
    [StaticFileFact(Processor.X64)]
    public async Task Services_of_a_desktops_nsswitch_conf_are_not_loaded()
    {
        await using var bus = await TestBus.StartAsync();
        await using var front = new TlsFront(new Uri(bus.BaseUrl), BusName);
        using var root = Root(Processor.X64);
        root.Add("etc/nsswitch.conf", "hosts: bogus mdns4_minimal [NOTFOUND=return] resolve\npasswd: bogus systemd\ngroup: bogus systemd\n");
        root.Add("ca.pem", front.AuthorityPem);

        var (exitCode, output, errors) = await root.RunAsync(
            new Dictionary<string, string> { ["SSL_CERT_FILE"] = "/ca.pem" }, "doctor", "--base-url", $"https://{BusName}:{front.Port}");

        Assert.True(exitCode == ExitCode.Done, $"exit {exitCode}: {output}{errors}");
    }

    private static async Task A_private_authority_named_by_variable_is_trusted(Processor processor)
    {
        await using var bus = await TestBus.StartAsync();
        await using var front = new TlsFront(new Uri(bus.BaseUrl), BusName);
        using var root = Root(processor);
        root.Add("ca.pem", front.AuthorityPem);

        var (exitCode, output, errors) = await root.RunAsync(
            new Dictionary<string, string> { ["SSL_CERT_FILE"] = "/ca.pem" }, "doctor", "--base-url", $"https://{BusName}:{front.Port}");

        Assert.True(exitCode == ExitCode.Done, output + errors);
        Assert.Matches("ok +clock +agrees", output);
        Assert.Contains("Set HOME", output, StringComparison.Ordinal);
    }

    /// <summary>A root in whose hosts file the bus has a name.</summary>
    private static EmptyRoot Root(Processor processor)
    {
        var root = new EmptyRoot(StaticFile.For(processor));
        root.Add("etc/hosts", $"127.0.0.1 localhost {BusName}\n");
        return root;
    }
}
