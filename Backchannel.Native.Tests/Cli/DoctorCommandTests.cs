using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Backchannel.Native.Cli;
using Backchannel.Native.Client;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;

namespace Backchannel.Native.Tests.Cli;

public sealed class DoctorCommandTests : IDisposable
{
    private const string Healthy =
        """{"status": "ok", "db_latency_ms": 1, "api_version": "v1", "instance_kind": "test", "public_minting_enabled": true, "status_url": "/status"}""";

    private readonly CliHome home = new() { Clock = TimeProvider.System };

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task All_is_well_with_a_bus_and_no_key_yet_and_none_is_issued()
    {
        await using var bus = await TestBus.StartAsync();

        var (exitCode, output, _) = await RunAsync(bus.BaseUrl);

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Contains("the first call asks for one", output, StringComparison.Ordinal);
        Assert.Matches("note +access +not tried: there is no key yet, and this check asks for none", output);
        Assert.Contains(", but not if this address has had as many as it may have for now\n", output, StringComparison.Ordinal);
        Assert.Matches("ok +bus +answers in", output);
        Assert.Matches("ok +clock +agrees", output);
        Assert.DoesNotContain("→", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(home.PathOf(".config/backchannel")));
    }

    [Fact]
    public async Task What_a_bus_lacks_is_named_with_what_does_not_work_then()
    {
        await using var bus = await LateStampingBus.StartAsync();
        bus.ServesHealth = true;

        var (exitCode, output, _) = await RunAsync(bus.Address.AbsoluteUri);

        Assert.Equal(ExitCode.Done, exitCode);
        var line = Assert.Single(output.Split('\n'), line => line.Contains("this bus can do less", StringComparison.Ordinal));
        Assert.StartsWith("note ", line, StringComparison.Ordinal);
        Assert.Contains("It lacks ", line, StringComparison.Ordinal);
        Assert.Contains("message-read, ", line, StringComparison.Ordinal);
        Assert.Contains("post_task takes no priority", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chosen_label_may_be_taken_and_that_is_not_tried_either()
    {
        await using var bus = await TestBus.StartAsync();
        await IssueKeyAsync(bus);

        var (exitCode, output, _) = await home.RunAsync("doctor", "--base-url", bus.BaseUrl, "--agent-label", "tester");

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Matches("note +access +not tried: .*, but not if the label 'tester' is taken, or if this address", output);
    }

    [Fact]
    public async Task A_stored_key_is_tried_and_never_shown()
    {
        await using var bus = await TestBus.StartAsync();
        var key = await IssueKeyAsync(bus);
        StoreKey(key.Value);

        var (exitCode, output, _) = await RunAsync(bus.BaseUrl);

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Contains($"the key works: {key.Id}", output, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Value, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stored_key_that_the_bus_rejects_is_named_by_its_file_and_kept()
    {
        await using var bus = await TestBus.StartAsync();
        StoreKey("bck_aaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");

        var (exitCode, output, _) = await RunAsync(bus.BaseUrl);

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains($"rejects the key in {home.PathOf(".config/backchannel/key")}", output, StringComparison.Ordinal);
        Assert.Equal("bck_aaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", home.Read(".config/backchannel/key"));
    }

    [Fact]
    public async Task A_configured_key_that_the_bus_rejects_is_named_by_its_variable()
    {
        await using var bus = await TestBus.StartAsync();
        home["BACKCHANNEL_API_KEY"] = "bck_aaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

        var (exitCode, output, _) = await RunAsync(bus.BaseUrl);

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("rejects the key in BACKCHANNEL_API_KEY", output, StringComparison.Ordinal);
        Assert.DoesNotContain("bbbbbb", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_key_file_is_named()
    {
        await using var bus = await TestBus.StartAsync();
        StoreKey("not a key");

        var (exitCode, output, _) = await RunAsync(bus.BaseUrl);

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains($"{home.PathOf(".config/backchannel/key")} does not hold a key", output, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_key_file_that_others_can_read_is_noted_with_the_command_that_mends_it()
    {
        await using var bus = await TestBus.StartAsync();
        StoreKey((await IssueKeyAsync(bus)).Value);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(home.PathOf(".config/backchannel/key"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        }

        var (exitCode, output, _) = await RunAsync(bus.BaseUrl);

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Contains("chmod 600", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Closed_minting_without_a_key_says_whom_to_ask()
    {
        await using var server = new MisbehavingServer(Reply.Json(200, Healthy.Replace("true", "false", StringComparison.Ordinal)));

        var (exitCode, output, _) = await RunAsync(server.Address.AbsoluteUri);

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Matches("Ask its operator .* BACKCHANNEL_API_KEY", output);
    }

    [Fact]
    public async Task A_clock_that_differs_is_said_by_how_much()
    {
        var late = TimeProvider.System.GetUtcNow().AddMinutes(-10).ToString("R", CultureInfo.InvariantCulture);
        await using var server = new MisbehavingServer(Reply.Json(200, Healthy, $"Date: {late}"));

        var (exitCode, output, _) = await RunAsync(server.Address.AbsoluteUri);

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Matches("failed +clock +differs from the bus's by 60[0-9] s", output);
    }

    [Fact]
    public async Task A_bus_that_is_not_there_is_a_failure_with_a_next_step()
    {

        // Held, but nobody listens.
        using var reserved = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        var (exitCode, output, _) = await RunAsync($"http://{reserved.LocalEndPoint}");

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Matches("failed +bus +no connection", output);
        Assert.Contains("Check BACKCHANNEL_BASE_URL", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_of_several_addresses_is_examined_and_a_dead_one_beside_a_living_one_is_noted()
    {
        await using var bus = await TestBus.StartAsync();
        using var dead = new UnansweredPort();

        var (exitCode, output, _) = await RunAsync($"{BusOrigin.AddressOf(dead.Address)},{bus.BaseUrl}");

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Matches($"note +bus +no connection to the bus at {BusOrigin.AddressOf(dead.Address)}: ", output);
        Assert.Contains("Calls go to another address meanwhile. Check BACKCHANNEL_BASE_URL", output, StringComparison.Ordinal);
        Assert.Matches($"ok +bus +the bus at {bus.BaseUrl}: answers in", output);
        Assert.Matches($"ok +clock +the bus at {bus.BaseUrl}: agrees", output);
    }

    [Fact]
    public async Task An_address_that_does_not_know_the_key_of_the_others_is_told()
    {
        await using var bus = await TestBus.StartAsync();
        await using var other = await TestBus.StartAsync();
        StoreKey((await IssueKeyAsync(bus)).Value);

        var (exitCode, output, _) = await RunAsync($"{bus.BaseUrl},{other.BaseUrl}");

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Matches($"ok +access +the bus at {bus.BaseUrl}: the key works", output);
        Assert.Matches($"failed +access +the bus at {other.BaseUrl}: the bus rejects the key", output);
        Assert.Contains("one bus with one database", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_takes_the_address_that_answers()
    {
        await using var bus = await TestBus.StartAsync();
        using var dead = new UnansweredPort();
        home["BACKCHANNEL_BASE_URL"] = $"{dead.Address},{bus.BaseUrl}";

        var (exitCode, _, errors) = await home.RunAsync("call", "list_channels");

        Assert.Equal((ExitCode.Done, ""), (exitCode, errors));
    }

    [Fact]
    public async Task A_page_instead_of_a_bus_is_called_that()
    {
        await using var server = new MisbehavingServer(Reply.Answer(200, "text/html", "<html>hello</html>"));

        var (exitCode, output, _) = await RunAsync(server.Address.AbsoluteUri);

        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("What answers there is not a bus", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_home_it_is_noted_that_keys_are_lost()
    {
        await using var bus = await TestBus.StartAsync();
        home["HOME"] = "";

        var (exitCode, output, _) = await RunAsync(bus.BaseUrl);

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Contains("Set HOME", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_setting_is_wrong_usage()
    {
        var (exitCode, _, errors) = await home.RunAsync("doctor", "--base-url", "bus.example");

        Assert.Equal(ExitCode.WrongUsage, exitCode);
        Assert.Contains("--base-url", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_says_the_same_and_every_failure_names_the_next_step()
    {
        await using var server = new MisbehavingServer(Reply.Answer(200, "text/html", "hello"));

        var (exitCode, output, _) = await home.RunAsync("doctor", "--json", "--base-url", server.Address.AbsoluteUri);

        var report = JsonNode.Parse(output)!;
        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.False(report["ok"]!.GetValue<bool>());
        Assert.Equal(ProductVersion.Text, report["version"]!.GetValue<string>());
        var failure = Assert.Single(report["checks"]!.AsArray(), check => check!["status"]!.GetValue<string>() == "failed")!;
        Assert.NotEmpty(failure["next"]!.GetValue<string>());
        Assert.DoesNotContain("\\u", output, StringComparison.Ordinal);
        Assert.StartsWith("{\n  \"ok\": false,\n", output, StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Output, string Errors)> RunAsync(string baseUrl) =>
        home.RunAsync("doctor", "--base-url", baseUrl);

    private void StoreKey(string text)
    {
        var path = home.Write(".config/backchannel/key", text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private static async Task<ApiKey> IssueKeyAsync(TestBus bus)
    {
        await using var connection = new BusConnection(new() { BaseUrl = new(bus.BaseUrl), AgentLabel = "tester" }, TimeProvider.System);
        var issued = await new BackchannelClient(connection).IssueKeyAsync("tester", CancellationToken.None);
        return ApiKey.TryParse(issued.Key, out var key) ? key : throw new InvalidOperationException("not a key");
    }
}
