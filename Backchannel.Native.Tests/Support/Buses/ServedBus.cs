using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http;
using Backchannel.Native.Tests.Support.Servers;

namespace Backchannel.Native.Tests.Support.Buses;

/// <summary>The published file as a bus: a process that can be killed and started again on the same address and database.</summary>
internal sealed class ServedBus : IAsyncDisposable
{
    /// <summary>Enough of standard error to explain a failure.</summary>
    private const int KeptErrors = 100;

    private readonly string[] arguments;
    private readonly IReadOnlyDictionary<string, string> environment;
    private readonly ConcurrentQueue<string> errors = new();
    private Process process;
    private TaskCompletionSource running = Completed();

    private ServedBus(string database, string[] arguments, IReadOnlyDictionary<string, string> environment, string address, Process process)
    {
        DatabasePath = database;
        this.arguments = arguments;
        this.environment = environment;
        this.process = process;
        Http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, UseProxy = false })
        {
            BaseAddress = new Uri(address),
            Timeout = Deadline.Time,
        };
    }

    public string DatabasePath { get; }

    /// <summary>Its base address is the bus, across restarts.</summary>
    public HttpClient Http { get; }

    /// <summary><c>http://127.0.0.1:PORT</c>.</summary>
    public string BaseUrl => Http.BaseAddress!.OriginalString;

    public int ProcessId => process.Id;

    /// <summary>The last lines on standard error.</summary>
    public string Errors => string.Join('\n', errors);

    /// <summary>Starts a bus without rate limits and request log on a free port.</summary>
    /// <param name="environment">Further variables of its environment.</param>
    public static async Task<ServedBus> StartAsync(string database, IReadOnlyDictionary<string, string>? environment = null)
    {
        string[] arguments = ["serve", "--listen", $"127.0.0.1:{FreePort.Find()}", "--db", database, "--log-level", "WARNING"];
        environment ??= new Dictionary<string, string>();
        var (process, address) = await LaunchAsync(arguments, environment);
        var bus = new ServedBus(database, arguments, environment, address, process);
        bus.KeepErrors();
        return bus;
    }

    /// <summary>Completes while the bus listens; after a kill only once it was started again.</summary>
    public Task WhenRunningAsync() => Volatile.Read(ref running).Task.Within();

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        Volatile.Write(ref running, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        process.Kill();
        await process.WaitForExitAsync().Within();
    }

    /// <summary>SIGTERM.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        await ProcessSignals.SendAsync(process.Id, "TERM");
        await process.WaitForExitAsync().Within();
        return process.ExitCode;
    }

    /// <summary>Starts it once more, after its end.</summary>
    public async Task StartAgainAsync()
    {
        process.Dispose();
        (process, _) = await LaunchAsync(arguments, environment);
        KeepErrors();
        Volatile.Read(ref running).TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync().Within();
        }

        process.Dispose();
    }

    private static async Task<(Process Process, string Address)> LaunchAsync(string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(PublishedExecutable.Path, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["BACKCHANNEL_RATE_LIMIT"] = "0";
        start.Environment["BACKCHANNEL_KEY_MINT_LIMIT"] = "0";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync().Within(what: $"the bus to say where it listens: {string.Join(' ', arguments)}")
            ?? throw new InvalidOperationException("the bus did not start: " + await process.StandardError.ReadToEndAsync().Within());
        return (process, line["listening on ".Length..]);
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }

    private void KeepErrors()
    {
        process.ErrorDataReceived += (_, line) =>
        {
            errors.Enqueue(line.Data ?? "");
            while (errors.Count > KeptErrors)
            {
                errors.TryDequeue(out var _);
            }
        };
        process.BeginErrorReadLine();
    }
}
