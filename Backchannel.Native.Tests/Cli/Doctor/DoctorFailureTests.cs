using System.Net.Sockets;
using Backchannel.Native.Cli;
using Backchannel.Native.Tests.Support.Buses;
using Backchannel.Native.Tests.Support.Servers;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Cli.Doctor;

/// <summary>Each way in which a set-up can be broken: what the doctor says, and that it names the next step.</summary>
public sealed class DoctorFailureTests : IDisposable
{
    private const string Healthy =
        """{"status": "ok", "db_latency_ms": 1, "api_version": "v1", "instance_kind": "test", "public_minting_enabled": true, "status_url": "/status"}""";

    private const string Key = "bck_aaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    private readonly CliHome home = new() { Clock = TimeProvider.System };

    public void Dispose() => this.home.Dispose();

    public static TheoryData<string, string, string> Answers => new()
    {
        { "redirect", "a redirect to https://elsewhere.example", "check BACKCHANNEL_BASE_URL" },
        { "404", "about not_found", "without /v1" },
        { "429", "about rate_limit_exceeded", "Try again in 30 s" },
        { "503", "about storage_unavailable", "Try again in 7 s" },
        { "500", "about internal_server_error", "request id r-1" },
        { "403 page", "text/html", "check BACKCHANNEL_BASE_URL" },
        { "degraded", "reports the status 'degraded'", "Tell its operator" },
        { "not HTTP", "begins with https://", "check BACKCHANNEL_BASE_URL" },
        { "reset", "no connection", "Check BACKCHANNEL_BASE_URL" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task A_bus_that_does_not_answer_well_is_a_failure_with_a_next_step(string fault, string found, string next)
    {
        await using var server = new MisbehavingServer(_ => Fault(fault));

        var output = await FailAsync("--base-url", server.Address.AbsoluteUri);

        Assert.Matches("failed +bus ", output);
        Assert.Contains(found, output.Replace("broke before the answer came", "no connection", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains(next, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bus_that_says_nothing_is_given_up_after_ten_seconds()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var home = new CliHome { Clock = clock };
        await using var server = new MisbehavingServer(_ => Reply.Silence);
        var running = home.RunAsync("doctor", "--base-url", server.Address.AbsoluteUri);
        await server.NextCallAsync();

        clock.Advance(TimeSpan.FromSeconds(11));

        var (exitCode, output, _) = await running.WaitAsync(Deadline.Token());
        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.Contains("did not answer within 10 s", output, StringComparison.Ordinal);
        Assert.Contains("→ Try again", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_TLS_where_plain_HTTP_is_spoken_says_so()
    {
        await using var bus = await TestBus.StartAsync();

        var output = await FailAsync("--base-url", bus.BaseUrl.Replace("http:", "https:", StringComparison.Ordinal));

        Assert.Contains("begins with http://", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(365, "nobody trusted here has signed its certificate (issued by Test authority)", "Until then nothing is sent there")]
    [InlineData(-2, "is out of date", "Until then nothing is sent there")]
    public async Task A_certificate_that_is_not_accepted_is_explained(int daysLeft, string found, string next)
    {
        await using var bus = await TestBus.StartAsync();
        await using var front = new TlsFront(new Uri(bus.BaseUrl), "bus.test", TimeSpan.FromDays(Math.Min(daysLeft, 8)));

        var output = await FailAsync("--base-url", $"https://127.0.0.1:{front.Port}");

        Assert.Contains(found, output, StringComparison.Ordinal);
        Assert.Contains(next, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "unauthorized", "the bus rejects the key in BACKCHANNEL_API_KEY")]
    [InlineData(410, "key_expired", "the key in BACKCHANNEL_API_KEY has expired")]
    [InlineData(403, "forbidden", "about forbidden")]
    public async Task A_key_that_is_refused_is_told_by_why(int status, string code, string found)
    {
        this.home["BACKCHANNEL_API_KEY"] = Key;
        await using var server = new MisbehavingServer(request =>
            request.Target == "/health" ? Reply.Json(200, Healthy) : Reply.Error(status, code));

        var output = await FailAsync("--base-url", server.Address.AbsoluteUri);

        Assert.Contains(found, output, StringComparison.Ordinal);
        Assert.DoesNotContain("bbbbbb", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_was_switched_off_is_a_failure()
    {
        this.home["BACKCHANNEL_API_KEY"] = Key;
        await using var server = new MisbehavingServer(request => Reply.Json(200, request.Target == "/health" ? Healthy :
            """{"key_id":"bck_a","owner_id":"a","plan":"free","active":false,"scopes":null,"rate_limit":120,"rate_limit_window_seconds":60}"""));

        var output = await FailAsync("--base-url", server.Address.AbsoluteUri);

        Assert.Contains("is not active", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_file_that_cannot_be_read_names_the_folder()
    {
        Directory.CreateDirectory(this.home.PathOf(".config/backchannel/key"));
        await using var bus = await TestBus.StartAsync();

        var output = await FailAsync("--base-url", bus.BaseUrl);

        Assert.Contains("the key files cannot be read", output, StringComparison.Ordinal);
        Assert.Contains($"Make {this.home.PathOf(".config/backchannel")} readable", output, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_home_that_cannot_be_written_is_noted()
    {
        this.home.Write(".config", "a file in the folder's place");
        await using var bus = await TestBus.StartAsync();

        var (exitCode, output, _) = await this.home.RunAsync("doctor", "--base-url", bus.BaseUrl);

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Contains($"{this.home.PathOf(".config/backchannel")} cannot be written", output, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_local_bus_that_cannot_be_started_names_its_folder_and_its_log()
    {
        var output = await FailAsync("--base-url", "local");

        Assert.Contains("cannot be started", output, StringComparison.Ordinal);
        Assert.Contains($"{this.home.PathOf(".local/share/backchannel")} must be a folder of yours", output, StringComparison.Ordinal);
        Assert.Contains(this.home.PathOf(".local/share/backchannel/bus.log"), output, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_local_bus_of_another_release_is_noted()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var folder = this.home.PathOf(".local/share/backchannel");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var server = new MisbehavingServer(
            new UnixDomainSocketEndPoint(Path.Combine(folder, "bus.sock")), _ => Reply.Json(200, Healthy, "Server: backchannel-mcp/0.0.1"));

        var (exitCode, output, _) = await this.home.RunAsync("doctor", "--base-url", "local");

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Contains("another copy of this program runs it, of release 0.0.1", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_running_file_and_another_one_on_the_path_are_named()
    {
        var other = this.home.Write(OperatingSystem.IsWindows() ? "bin/backchannel-mcp.exe" : "bin/backchannel-mcp", "");
        this.home["PATH"] = $"/nowhere{Path.PathSeparator}{Path.GetDirectoryName(other)}";
        await using var bus = await TestBus.StartAsync();

        var (_, output, _) = await this.home.RunAsync("doctor", "--base-url", bus.BaseUrl);

        Assert.Contains($"backchannel-mcp {ProductVersion.Text}, {CliHome.Executable}", output, StringComparison.Ordinal);
        Assert.Contains($"PATH leads to another copy: {other}", output, StringComparison.Ordinal);
    }

    /// <summary>Every failure and every note with something to do has its line with an arrow.</summary>
    private async Task<string> FailAsync(params string[] arguments)
    {
        var (exitCode, output, _) = await this.home.RunAsync(["doctor", .. arguments]);
        var lines = output.Split('\n');
        Assert.Equal(ExitCode.Failed, exitCode);
        Assert.All(
            Enumerable.Range(0, lines.Length).Where(i => lines[i].StartsWith("failed", StringComparison.Ordinal)),
            i => Assert.Contains("→ ", lines[i + 1], StringComparison.Ordinal));
        return output;
    }

    private static Reply Fault(string fault) => fault switch
    {
        "redirect" => Reply.Answer(301, "text/html", "moved", "Location: https://elsewhere.example/health?x=1"),
        "404" => Reply.Error(404, "not_found"),
        "429" => Reply.Error(429, "rate_limit_exceeded", "Retry-After: 30"),
        "503" => Reply.Error(503, "storage_unavailable", "Retry-After: 7"),
        "500" => Reply.Error(500, "internal_server_error"),
        "403 page" => Reply.Answer(403, "text/html", "<html>Access denied</html>"),
        "degraded" => Reply.Json(200, Healthy.Replace("\"ok\"", "\"degraded\"", StringComparison.Ordinal)),
        "not HTTP" => Reply.Bytes("SSH-2.0-OpenSSH_9.2\r\n"),
        "reset" => Reply.ResetBeforeCommit,
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
    };
}
