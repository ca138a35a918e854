using System.Text;
using System.Text.Json;
using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;
using NJsonSchema;

namespace Backchannel.Native.Tests.Support.Agents;

/// <summary>An agent: the tools with a key of their own, called as the server calls them.</summary>
internal sealed class ToolAgent : IAsyncDisposable
{
    private readonly BusConnection connection;
    private readonly Lanes lanes = new();
    private bool ended;

    /// <param name="keyFolder">Agents that share one share a key; null: a key of its own.</param>
    /// <param name="time">The tools' clock; requests run on the real one.</param>
    /// <param name="isDetached">Whether it claims like a command in a shell, whose process ends after the claim.</param>
    /// <param name="folders">Where its files come from and go to; null: nowhere.</param>
    public ToolAgent(Uri bus, string label, string? keyFolder = null, TimeProvider? time = null, bool isDetached = false, FileFolders? folders = null)
    {
        var options = new BackchannelClientOptions
        {
            BaseUrl = bus,
            AgentLabel = label,
            KeyFolder = keyFolder,
            RetryDelay = TimeSpan.FromMilliseconds(1),
        };
        connection = new(options, TimeProvider.System);
        Client = new(connection);
        Catalog = new(Client, lanes, DefaultActor.Chosen(label), WorkerSession.Draw(isDetached), time ?? TimeProvider.System, folders);
    }

    public BackchannelClient Client { get; }

    public ToolCatalog Catalog { get; }

    /// <summary>The longest result in characters; default: what a model accepts.</summary>
    public int MaxResultBytes { get; set; } = new ToolCall(null, null).MaxResultBytes;

    /// <param name="arguments">A JSON object.</param>
    /// <param name="progress">Takes progress messages; null: the caller sent no token.</param>
    public async Task<JsonElement> CallAsync(
        string tool,
        string arguments,
        Action<string>? progress = null,
        CancellationToken cancellationToken = default,
        CancellationToken inputEnded = default)
    {
        var call = new ToolCall(
            progress is null ? null : (message, _) =>
            {
                progress(message);
                return ValueTask.CompletedTask;
            },
            null,
            inputEnded)
        {
            MaxResultBytes = MaxResultBytes,
        };
        var called = Catalog.Tools.Single(known => known.Name == tool);
        var result = await called
            .CallAsync(JsonElement.Parse(arguments), call, cancellationToken)
            .Within(what: $"the answer to {tool} {arguments}");
        await CheckAsync(called, Encoding.UTF8.GetString(result.Span));
        return JsonElement.Parse(result.Span);
    }

    /// <returns>The text of the refusal.</returns>
    public async Task<string> FailAsync(string tool, string arguments) =>
        (await Assert.ThrowsAsync<ToolException>(() => CallAsync(tool, arguments))).Message;

    /// <returns>Id of the posted task.</returns>
    public async Task<string> PostAsync(string channel, string content) =>
        (await CallAsync("post_task", $$"""{"channel":"{{channel}}","content":"{{content}}"}""")).Text("message_id");

    public Task<JsonElement> ClaimAsync(string channel) => CallAsync("claim_task", $$"""{"channel":"{{channel}}"}""");

    /// <summary>Every result has to match the schema that the tool declares.</summary>
    private static async Task CheckAsync(Tool tool, string result)
    {
        var schema = await JsonSchema.FromJsonAsync(Encoding.UTF8.GetString(tool.OutputSchema));
        Assert.Empty(schema.Validate(result));
    }

    /// <summary>Waits until as many claimers wait on a channel.</summary>
    public async Task UntilWaitingAsync(string channel, int count)
    {
        for (var deadline = Deadline.Token(); !deadline.IsCancellationRequested;)
        {
            var workers = await Client.Connection.SendAsync(
                BusRequest.Get(RouteTemplates.ChannelWorkers.Replace("{channel}", channel, StringComparison.Ordinal)), AnswerJson.Default.ChannelWorkers, CancellationToken.None);
            if (workers.Waiting.Count == count)
            {
                return;
            }
        }

        Assert.Fail($"Never {count} claimers.");
    }

    /// <summary>Ends without releasing its tasks, like a crash.</summary>
    public async ValueTask DisposeAsync()
    {
        if (ended)
        {
            return;
        }

        ended = true;
        await Catalog.DisposeAsync();
        lanes.Dispose();
        await connection.DisposeAsync();
    }
}
