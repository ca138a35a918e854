using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Backchannel.Native.Tests.Support.Servers;

namespace Backchannel.Native.Tests.Support.Postgres;

/// <summary>A PostgreSQL server of the tests' own, with its files in a temporary folder. It ends with the process of the tests, however that ends.</summary>
/// <remarks>It trusts who comes through the socket in its folder, and asks for a password on its port of 127.0.0.1.</remarks>
internal sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The user of the server that may do everything.</summary>
    public const string Administrator = "postgres";

    /// <summary>The administrator's, on the port.</summary>
    public const string Password = "of the tests";

    /// <summary>Enough of the server's log to explain a failure.</summary>
    private const int KeptLines = 200;

    /// <summary>
    /// Runs a server until the input has a line, or ends because the process that holds the other end is gone. In the second case nobody needs the
    /// files any more.
    /// </summary>
    private const string Guardian =
        """
        folder=$1; shift
        "$@" & server=$!
        read -r line; ended=$?
        kill -QUIT $server 2>/dev/null; wait $server
        [ $ended = 0 ] || rm -rf "$folder"
        """;

    /// <summary>Of the server that tests share: it keeps nothing over a crash of the machine, and needs little memory.</summary>
    private static readonly string[] Light =
    [
        "fsync=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=200", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=128MB",
        "autovacuum=off", "log_checkpoints=off",
    ];

    private static readonly Lazy<Task<PostgresServer>> Common = new(() => StartAsync(Light));

    private readonly string[] settings;
    private readonly ConcurrentQueue<string> log = new();
    private Process? guardian;

    private PostgresServer(string folder, string[] settings)
    {
        Folder = folder;
        this.settings = settings;
    }

    /// <summary>Why no server can be started here; null if one can.</summary>
    public static string? Obstacle => PostgresPrograms.Obstacle;

    /// <summary>Holds the socket, and the server's files in <c>data</c>.</summary>
    public string Folder { get; }

    /// <summary>Of 127.0.0.1; also a part of the socket's name.</summary>
    public int Port { get; private set; }

    public string Data => Path.Combine(Folder, "data");

    /// <summary>The last lines of the server's log.</summary>
    public string Log => string.Join('\n', log);

    /// <summary>The server that all tests of a run share; started when the first of them asks.</summary>
    public static Task<PostgresServer> SharedAsync() => Common.Value;

    /// <summary>Starts a server for one test, which may stop and kill it. What it commits is on the disk, as by default.</summary>
    /// <param name="settings">Such as <c>max_connections=20</c>.</param>
    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        var server = new PostgresServer(await NewFolderAsync(), settings);
        var password = Path.Combine(server.Folder, "password");
        await File.WriteAllTextAsync(password, Password);
        // The language sorts other than bytes do, so that a text that has to be sorted by its bytes and is not shows.
        await PostgresPrograms.RunAsOwnerAsync(
            "initdb", "-D", server.Data, "-U", Administrator, "--auth-local=trust", "--auth-host=scram-sha-256", $"--pwfile={password}",
            "-E", "UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=en", "--no-sync", "--no-instructions");
        File.Delete(password);
        await server.LaunchAsync();
        return server;
    }

    /// <summary>Starts a server that follows another one, which has to be of <see cref="StartAsync"/>, and answers reads alone.</summary>
    public static async Task<PostgresServer> StartStandbyAsync(PostgresServer primary, params string[] settings)
    {
        var server = new PostgresServer(await NewFolderAsync(), settings);
        await PostgresPrograms.RunAsOwnerAsync(
            "pg_basebackup", "-D", server.Data, "-h", primary.Folder, "-p", Text(primary.Port), "-U", Administrator, "-R", "-c", "fast", "--no-sync");
        await server.LaunchAsync();
        return server;
    }

    /// <summary>The address of a database through the socket, as <c>serve --db</c> takes it.</summary>
    public string AddressOf(string database, string user = Administrator) => $"postgres://{user}@/{database}?host={Folder}&port={Text(Port)}";

    /// <summary>The address of a database on the port, without the password.</summary>
    public string NetworkAddressOf(string database, string user = Administrator) => $"postgres://{user}@127.0.0.1:{Text(Port)}/{database}";

    /// <summary>Makes an empty database, which is dropped when it is disposed.</summary>
    public async Task<PostgresDatabase> CreateDatabaseAsync()
    {
        var name = $"bus_{Guid.NewGuid():n}";
        await QueryAsync(Administrator, $"CREATE DATABASE {name}");
        return new PostgresDatabase(this, name);
    }

    /// <summary>Runs SQL as the administrator.</summary>
    /// <returns>The rows, a line each; columns with <c>|</c> between them.</returns>
    public Task<string> QueryAsync(string database, string sql) => RunAsync(database, "-c", sql);

    /// <summary>Runs a file of SQL and of psql's own commands as the administrator.</summary>
    /// <inheritdoc cref="QueryAsync"/>
    public Task<string> RunScriptAsync(string database, string file) => RunAsync(database, "-f", file);

    /// <summary>Makes a standby take writes.</summary>
    public Task PromoteAsync() => QueryAsync(Administrator, "SELECT pg_promote()");

    /// <summary>Ends the server as <c>kill -9</c> of all its processes does: nothing is written any more.</summary>
    public async Task KillAsync()
    {
        var main = (await File.ReadAllLinesAsync(Path.Combine(Data, "postmaster.pid")))[0];
        // The others first: they end by themselves only when they see that the main one is gone.
        await ProgramRun.RunAsync("sh", ["-c", $"kill -STOP {main}; kill -KILL $(pgrep -P {main}) {main}"]);
        await EndAsync();
    }

    /// <summary>Ends the server in order: connections are cut, and what was committed is written.</summary>
    public async Task StopAsync()
    {
        await PostgresPrograms.RunAsOwnerAsync("pg_ctl", "stop", "-D", Data, "-m", "fast", "-w");
        await EndAsync();
    }

    /// <summary>Starts it once more on the same port, after its end.</summary>
    public Task StartAgainAsync() => LaunchAsync(Port);

    public async ValueTask DisposeAsync()
    {
        // The end of its input makes a guardian remove the files too.
        guardian?.StandardInput.Close();
        await WaitForGuardianAsync();
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static async Task<string> NewFolderAsync()
    {
        var folder = Directory.CreateTempSubdirectory("pg-").FullName;
        if (PostgresPrograms.User is { } user)
        {
            await ProgramRun.RunAsync("chown", [$"{user.Name}:{user.Group}", folder]);
        }

        return folder;
    }

    private async Task<string> RunAsync(string database, string option, string value)
    {
        var run = await ProgramRun.RunAsync(
            PostgresPrograms.Path("psql"),
            ["-XAtq", "-v", "ON_ERROR_STOP=1", "-h", Folder, "-p", Text(Port), "-U", Administrator, option, value, database]);
        return run.ExitCode == 0 ? run.Output.TrimEnd('\n') : throw new InvalidOperationException($"{run.Errors}\n{value}\n{Log}");
    }

    private async Task LaunchAsync()
    {
        const int Attempts = 5;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await LaunchAsync(FreePort.Find());
                return;
            }
            catch (InvalidOperationException) when (attempt < Attempts && Log.Contains("Address already in use", StringComparison.Ordinal))
            {
                // Another process took the port meanwhile.
            }
        }
    }

    private async Task LaunchAsync(int port)
    {
        Port = port;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var words = PostgresPrograms.AsOwner(
            "postgres",
            ["-D", Data, "-k", Folder, "-h", "127.0.0.1", "-p", Text(port), .. settings.SelectMany(setting => (string[])["-c", setting])]);
        var start = new ProcessStartInfo("/bin/sh", ["-c", Guardian, "sh", Folder, .. words])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        guardian = Process.Start(start)!;
        guardian.ErrorDataReceived += (_, line) => Note(line.Data ?? "", started);
        guardian.BeginErrorReadLine();
        try
        {
            await started.Task.Within(() => Log);
        }
        catch
        {
            await EndAsync();
            throw;
        }
    }

    private void Note(string line, TaskCompletionSource started)
    {
        log.Enqueue(line);
        while (log.Count > KeptLines)
        {
            log.TryDequeue(out _);
        }

        if (line.Contains("ready to accept", StringComparison.Ordinal))
        {
            started.TrySetResult();
        }
        // A client that comes too early is refused with such a line too.
        else if (line.Contains("FATAL:", StringComparison.Ordinal) && !line.Contains("the database system is", StringComparison.Ordinal))
        {
            started.TrySetException(new InvalidOperationException($"PostgreSQL did not start: {Log}"));
        }
    }

    /// <summary>Ends the guardian of a server, and with it the server; the files stay.</summary>
    private async Task EndAsync()
    {
        await guardian!.StandardInput.WriteLineAsync("end");
        await WaitForGuardianAsync();
    }

    private async Task WaitForGuardianAsync()
    {
        if (guardian is { } ending)
        {
            await ending.WaitForExitAsync().Within(() => Log);
            ending.Dispose();
            guardian = null;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
