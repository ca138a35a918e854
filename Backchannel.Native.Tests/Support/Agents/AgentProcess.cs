using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;

namespace Backchannel.Native.Tests.Support.Agents;

/// <summary>One agent of a handoff: the published executable as an MCP server, driven over its pipes by raw lines.</summary>
internal sealed class AgentProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> waiting = new();
    private readonly ConcurrentQueue<string> errors = new();
    private readonly Channel<JsonElement> notifications = Channel.CreateUnbounded<JsonElement>();
    private readonly Task reading;
    private readonly SemaphoreSlim writing = new(1);
    private int lastId;

    private AgentProcess(Process process, string label)
    {
        this.process = process;
        Label = label;
        process.ErrorDataReceived += (_, line) => errors.Enqueue(line.Data ?? "");
        process.BeginErrorReadLine();
        reading = ReadAsync();
    }

    public Process Process => this.process;

    /// <summary>The name under which it claims and acknowledges.</summary>
    public string Label { get; }

    /// <summary>What came on standard error so far.</summary>
    public string Errors => string.Join('\n', errors);

    /// <summary>Notifications in the order of their arrival.</summary>
    public ChannelReader<JsonElement> Notifications => notifications.Reader;

    /// <summary>Starts the executable and completes the handshake.</summary>
    /// <param name="home">The agent's home folder: agents that share it share keys and the local bus.</param>
    public static Task<AgentProcess> StartAsync(string home, string label, string baseUrl = "local", params string[] arguments) =>
        StartAsync(new ProcessStartInfo(PublishedExecutable.Path, arguments), home, label, baseUrl);

    /// <summary>The same with further variables of its environment.</summary>
    public static Task<AgentProcess> StartAsync(string home, string label, string baseUrl, IReadOnlyDictionary<string, string> environment) =>
        StartAsync(new ProcessStartInfo(PublishedExecutable.Path), home, label, baseUrl, environment: environment);

    /// <summary>Starts a program on the local bus, in a folder of the home that files may be sent from, and completes the handshake.</summary>
    public static Task<AgentProcess> StartInFolderAsync(string program, string home, string label)
    {
        var folder = Directory.CreateDirectory(Path.Combine(home, "work")).FullName;
        return StartAsync(new ProcessStartInfo(program) { WorkingDirectory = folder }, home, label, "local");
    }

    /// <summary>Starts the executable on the local bus as a certain client would, and completes the handshake.</summary>
    /// <param name="client">How the client introduces itself.</param>
    /// <param name="environment">What the process gets beside the usual.</param>
    /// <param name="program">What starts the executable as its child; null: nothing stands between.</param>
    public static Task<AgentProcess> StartAsClientAsync(
        string client, string home, string label, IReadOnlyDictionary<string, string> environment, string? program = null) =>
        StartAsync(new ProcessStartInfo(program ?? PublishedExecutable.Path), home, label, "local", client, environment);

    private static async Task<AgentProcess> StartAsync(
        ProcessStartInfo start, string home, string label, string baseUrl, string client = "test", IReadOnlyDictionary<string, string>? environment = null)
    {
        var runtime = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.Environment.Clear();
        start.Environment["HOME"] = home;
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        // Where the file is no native one.
        start.Environment["DOTNET_ROOT"] = runtime;
        start.Environment["BACKCHANNEL_BASE_URL"] = baseUrl;
        start.Environment["BACKCHANNEL_AGENT_LABEL"] = label;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var agent = new AgentProcess(System.Diagnostics.Process.Start(start)!, label);
        await agent.RequestAsync(
            "initialize",
            $$$"""{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"{{{client}}}","version":"1"}}""");
        await agent.SendAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        return agent;
    }

    /// <summary>Calls a tool.</summary>
    /// <param name="arguments">A JSON object.</param>
    /// <returns>The structured content of the result.</returns>
    /// <exception cref="InvalidOperationException">The result is an error; its text is the message.</exception>
    public async Task<JsonElement> CallAsync(string tool, string arguments, string? progressToken = null)
    {
        var result = await CallRawAsync(tool, arguments, progressToken);
        return result.TryGetProperty("isError", out var isError) && isError.GetBoolean()
            ? throw new InvalidOperationException(result.GetProperty("content")[0].GetProperty("text").GetString())
            : result.GetProperty("structuredContent");
    }

    /// <summary>Calls a tool and returns its result, error or not.</summary>
    public Task<JsonElement> CallRawAsync(string tool, string arguments, string? progressToken = null)
    {
        var meta = progressToken is null ? "" : $$""","_meta":{"progressToken":"{{progressToken}}"}""";
        return RequestAsync("tools/call", $$"""{"name":"{{tool}}","arguments":{{arguments}}{{meta}}}""");
    }

    /// <summary>Sends a request and returns its result.</summary>
    public Task<JsonElement> RequestAsync(string method, string parameters) => BeginRequest(method, parameters).Answer;

    /// <summary>Sends a request; the id allows cancelling it.</summary>
    public (int Id, Task<JsonElement> Answer) BeginRequest(string method, string parameters)
    {
        var id = Interlocked.Increment(ref lastId);
        var waiting = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        this.waiting[id] = waiting;
        return (id, ExchangeAsync());

        async Task<JsonElement> ExchangeAsync()
        {
            await SendAsync($$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}","params":{{parameters}}}""");
            return await waiting.Task.Within(() => $"standard error of {Label}:\n{Errors}", what: $"the answer of {Label} to {method} {parameters}");
        }
    }

    public async Task SendAsync(string line)
    {
        await writing.WaitAsync();
        try
        {
            await this.process.StandardInput.WriteAsync(line + "\n");
            await this.process.StandardInput.FlushAsync();
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Closes standard input, as a client does when it ends, and waits for the process to end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndAsync()
    {
        this.process.StandardInput.Close();
        await this.process.WaitForExitAsync().Within(() => Errors, what: $"the end of {Label} after the end of its input");
        return this.process.ExitCode;
    }

    /// <summary>Sends SIGKILL: the process cannot clean up.</summary>
    public async Task KillAsync()
    {
        this.process.Kill();
        await this.process.WaitForExitAsync().Within();
    }

    public async ValueTask DisposeAsync()
    {
        if (!this.process.HasExited)
        {
            await KillAsync();
        }

        await reading;
        this.process.Dispose();
        writing.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await this.process.StandardOutput.ReadLineAsync() is { } line)
        {
            using var document = JsonDocument.Parse(line);
            var message = document.RootElement.Clone();
            if (!message.TryGetProperty("id", out var id))
            {
                notifications.Writer.TryWrite(message);
            }
            else if (this.waiting.TryRemove(id.GetInt32(), out var waiting))
            {
                Settle(waiting, message);
            }
        }

        foreach (var waiting in this.waiting.Values)
        {
            waiting.TrySetException(new EndOfStreamException("the process ended without an answer: " + Errors));
        }
    }

    private static void Settle(TaskCompletionSource<JsonElement> waiting, JsonElement message)
    {
        if (message.TryGetProperty("result", out var result))
        {
            waiting.SetResult(result);
        }
        else
        {
            waiting.SetException(new InvalidOperationException(message.GetProperty("error").GetRawText()));
        }
    }
}
