using System.Globalization;
using Backchannel.Native.Tests.Packaging;
using Backchannel.Native.Tests.Support.Postgres;
using Backchannel.Native.Tests.Support.Servers;
using YamlDotNet.RepresentationModel;

namespace Backchannel.Native.Tests.EndToEnd.Deployments;

/// <summary>
/// The deployment of a release with processes in the place of containers: what the compose file says of a service (command, environment, secrets) is
/// what its process gets, with addresses and folders of this machine put in.
/// </summary>
internal sealed class Deployment : IAsyncDisposable
{
    /// <summary>Under it the certificates of all servers are good, beside the names of the containers.</summary>
    private const string Host = "localhost";

    private static readonly ReleaseInfo Release = new(ProductVersion.Text, "somebody/backchannel-mcp", DateTimeOffset.UnixEpoch.AddYears(50));

    private readonly string folder = Directory.CreateTempSubdirectory("dpl-").FullName;
    private readonly Dictionary<string, int> ports = new[] { "database-1", "database-2", "bus-1", "bus-2", "proxy" }.ToDictionary(name => name, _ => FreePort.Find());
    private readonly Dictionary<string, GuardedProcess> running = [];
    private readonly TemporaryHome home = new();
    private YamlMappingNode services = [];
    private Dictionary<string, string> variables = [];

    /// <summary>By which clients reach the bus.</summary>
    public string Address => variables["BACKCHANNEL_ADDRESS"];

    /// <summary>Starts everything in the order of the README.</summary>
    public static async Task<Deployment> StartAsync()
    {
        var deployment = new Deployment();
        try
        {
            await deployment.PrepareAsync();
            await deployment.DatabaseAsync("database-1", "initialise");
            await deployment.StartAsync("database-1");
            await deployment.DatabaseAsync("database-2", "follow", Host, deployment.PortOf("database-1"));
            await deployment.StartAsync("database-2");
            await deployment.StartAsync("bus-1");
            await deployment.StartAsync("bus-2");
            await deployment.StartAsync("proxy");
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    /// <summary>An agent that reaches the bus through the proxy. All share one key.</summary>
    public Task<AgentProcess> StartAgentAsync(string label) => AgentProcess.StartAsClientAsync("test", home.Path, label, new Dictionary<string, string>
    {
        ["BACKCHANNEL_BASE_URL"] = Address,
        ["SSL_CERT_FILE"] = Path.Combine(folder, "secrets", "ca.crt"),
    });

    public string PortOf(string service) => ports[service].ToString(CultureInfo.InvariantCulture);

    /// <summary>The last lines that a service wrote.</summary>
    public string LogOf(string service) => running[service].Log;

    /// <summary>As <c>docker compose up</c> for one service; returns when it can be used.</summary>
    public async Task StartAsync(string service)
    {
        var node = (YamlMappingNode)services[service];
        running[service] = service switch
        {
            "proxy" => await GuardedProcess.StartAsync(
                [DeploymentFactAttribute.HAProxy!, "-W", "-db", "-f", Path.Combine(folder, "proxy.cfg")], new Dictionary<string, string>(), "Loading success"),
            ['d', ..] => await GuardedProcess.StartAsync(
                DatabaseCommand(node, "start", "-c", "shared_buffers=16MB"), DatabaseEnvironment(service), "ready to accept", node["stop_signal"].ToString()[3..]),
            _ => await StartBusAsync(service, node["restart"].ToString()),
        };
    }

    /// <summary>A container whose program ends is started again, unless it was stopped: a bus ends when it cannot reach a database at its start.</summary>
    private async Task<GuardedProcess> StartBusAsync(string service, string restart)
    {
        Assert.Equal("unless-stopped", restart);
        var deadline = Deadline.Token();
        while (true)
        {
            try
            {
                return await GuardedProcess.StartAsync([PublishedExecutable.Path, .. BusCommand(service)], BusEnvironment(service), "listening on");
            }
            catch (InvalidOperationException) when (!deadline.IsCancellationRequested)
            {
                // Again.
            }
        }
    }

    /// <summary>SIGKILL for everything of a service.</summary>
    public Task KillAsync(string service) => running[service].KillAsync();

    /// <summary>As <c>docker compose stop</c> for one service.</summary>
    public Task StopAsync(string service) => running[service].StopAsync();

    /// <summary>Runs a verb of a database as <c>docker compose run</c> and <c>exec</c> do.</summary>
    /// <returns>What it wrote.</returns>
    public async Task<string> DatabaseAsync(string service, params string[] words)
    {
        var run = await RunDatabaseAsync(service, "/dev/null", null, words);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', words)}: {run.Errors}\n{(running.TryGetValue(service, out var server) ? server.Log : "")}");
        return run.Output + run.Errors;
    }

    /// <inheritdoc cref="DatabaseAsync"/>
    public async Task<string> DatabaseFromFileAsync(string service, string input, params string[] words)
    {
        var run = await RunDatabaseAsync(service, Path.Combine(folder, input), null, words);
        Assert.True(run.ExitCode == 0, run.Errors);
        return run.Errors;
    }

    /// <summary>Runs a verb whose output goes to a file.</summary>
    public async Task DatabaseToFileAsync(string service, string output, params string[] words)
    {
        var run = await RunDatabaseAsync(service, "/dev/null", Path.Combine(folder, output), words);
        Assert.True(run.ExitCode == 0, run.Errors);
    }

    /// <summary>Runs a verb that is refused.</summary>
    /// <returns>Why.</returns>
    public async Task<string> DatabaseRefusesAsync(string service, params string[] words)
    {
        var run = await RunDatabaseAsync(service, "/dev/null", null, words);
        Assert.Equal(1, run.ExitCode);
        return run.Errors;
    }

    public async ValueTask DisposeAsync()
    {
        // The proxy and the buses before the databases; the standby before its primary does not matter.
        foreach (var process in running.Reverse().Select(pair => pair.Value))
        {
            await process.DisposeAsync();
        }

        home.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task PrepareAsync()
    {
        DeploymentFiles.WriteTo(folder, Release);
        var owner = await OwnerAsync();
        var prepared = await ProgramRun.RunAsync(
            Path.Combine(folder, "prepare.sh"), [Host, "--port", PortOf("proxy"), "--network", "127.0.0.0/8", "--user", owner]);
        Assert.True(prepared.ExitCode == 0, prepared.Errors);
        // Settings of the operator go here. The agents of a test are quicker than people.
        await File.AppendAllTextAsync(Path.Combine(folder, "secrets", "bus.env"), "BACKCHANNEL_RATE_LIMIT=0\n");
        variables = DeploymentFiles.ReadVariables(Path.Combine(folder, ".env"));
        services = (YamlMappingNode)DeploymentFiles.LoadCompose(Path.Combine(folder, "compose.yaml"))["services"];
        foreach (var (service, node) in services.Select(pair => (pair.Key.ToString(), (YamlMappingNode)pair.Value)))
        {
            Directory.CreateDirectory(Path.Combine(folder, service, "socket"));
            var secrets = Directory.CreateDirectory(Path.Combine(folder, service, "secrets")).FullName;
            foreach (var (target, source) in DeploymentFiles.Secrets(node))
            {
                File.CreateSymbolicLink(Path.Combine(secrets, target), Path.Combine(folder, "secrets", source));
            }
        }

        var proxy = await File.ReadAllTextAsync(Path.Combine(folder, "haproxy.cfg"));
        await File.WriteAllTextAsync(Path.Combine(folder, "proxy.cfg"), Here("proxy", proxy)
            .Replace("bind :8443", $"bind 127.0.0.1:{PortOf("proxy")}", StringComparison.Ordinal)
            .Replace("bus-1:8080", $"127.0.0.1:{PortOf("bus-1")}", StringComparison.Ordinal)
            .Replace("bus-2:8080", $"127.0.0.1:{PortOf("bus-2")}", StringComparison.Ordinal));
        if (PostgresPrograms.User is not null)
        {
            await ProgramRun.RunAsync("chown", ["-R", owner, folder]);
        }
    }

    /// <summary>As containers do, databases run as the user who owns the secrets, who is not root.</summary>
    private static async Task<string> OwnerAsync()
    {
        var (user, group) = PostgresPrograms.User is { } owner ? (owner.Name, owner.Group) : (Environment.UserName, null);
        var ids = await ProgramRun.RunAsync("sh", ["-c", "echo \"$(id -u \"$1\"):$(id -g \"$1\")\"", "sh", user]);
        return group is null || ids.ExitCode == 0 ? ids.Output.Trim() : throw new InvalidOperationException(ids.Errors);
    }

    private async Task<ProgramRun> RunDatabaseAsync(string service, string input, string? output, string[] words)
    {
        var command = DatabaseCommand((YamlMappingNode)services[service], words);
        return await ProgramRun.RunAsync(
            "/bin/sh",
            ["-c", $"""input=$1; output=$2; shift 2; exec "$@" <"$input" {(output is null ? "" : ">\"$output\"")}""", "sh", input, output ?? "", .. command],
            DatabaseEnvironment(service).ToDictionary(pair => pair.Key, pair => (string?)pair.Value),
            folder: "/");
    }

    private List<string> DatabaseCommand(YamlMappingNode service, params string[] words)
    {
        Assert.Equal("database", DeploymentFiles.Items(service, "entrypoint").Single().ToString());
        return
        [
            .. PostgresPrograms.User is { } user ? (string[])["setpriv", $"--reuid={user.Name}", $"--regid={user.Group}", "--clear-groups"] : [],
            Path.Combine(folder, "database.sh"), .. words,
        ];
    }

    private Dictionary<string, string> DatabaseEnvironment(string service)
    {
        var environment = DeploymentFiles.Pairs((YamlMappingNode)services[service], "environment").ToDictionary(pair => pair.Name, pair => Here(service, pair.Value));
        environment["PGPORT"] = PortOf(service);
        environment["LISTEN"] = Host;
        environment["ADDRESS"] = Host;
        environment["PATH"] = $"{Path.GetDirectoryName(PostgresPrograms.Path("initdb"))}:{Environment.GetEnvironmentVariable("PATH")}";
        return environment;
    }

    private List<string> BusCommand(string service) =>
        [.. DeploymentFiles.Items((YamlMappingNode)services[service], "command").Select(word => word.ToString().Replace("0.0.0.0:8080", $"127.0.0.1:{PortOf(service)}", StringComparison.Ordinal))];

    private Dictionary<string, string> BusEnvironment(string service)
    {
        var node = (YamlMappingNode)services[service];
        var environment = DeploymentFiles.ReadVariables(Path.Combine(folder, node["env_file"].ToString()));
        foreach (var (name, value) in DeploymentFiles.Pairs(node, "environment"))
        {
            environment[name] = DeploymentFiles.Fill(Here(service, value), variables);
        }

        return environment;
    }

    /// <summary>Puts folders and addresses of this machine in the place of a container's.</summary>
    private string Here(string service, string text) => text
        .Replace("/run/secrets", Path.Combine(folder, service, "secrets"), StringComparison.Ordinal)
        .Replace("/var/lib/postgresql/data", Path.Combine(folder, service), StringComparison.Ordinal)
        .Replace("/var/run/postgresql", Path.Combine(folder, service, "socket"), StringComparison.Ordinal)
        .Replace("/etc/backchannel", folder, StringComparison.Ordinal)
        .Replace("database-1:5432", $"{Host}:{PortOf("database-1")}", StringComparison.Ordinal)
        .Replace("database-2:5432", $"{Host}:{PortOf("database-2")}", StringComparison.Ordinal);
}
