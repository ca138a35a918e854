using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Telemetry;
using Backchannel.Native.Tools;
using Backchannel.Native.Wake;

namespace Backchannel.Native.Cli;

/// <summary>Everything one agent needs, wired together: its connection to the bus, what it holds, and its tools.</summary>
/// <remarks>Making one touches neither network nor files; the first call does.</remarks>
internal sealed class ToolSession : IAsyncDisposable
{
    private readonly BusConnection connection;
    private readonly Lanes lanes;
    private readonly DefaultActor defaultActor;
    private readonly ToolCatalog catalog;
    private readonly ChannelNames channelNames;
    private readonly TelemetryExport? export;

    /// <param name="actor">The name it acts under; null: the chosen label, or the MCP client's name.</param>
    /// <param name="isDetached">Whether the process does not live on after a claim.</param>
    public ToolSession(Settings settings, Surroundings surroundings, StderrLog log, string? actor = null, bool isDetached = false)
    {
        var time = surroundings.TimeProvider;
        Action<string>? trace = log.IsEnabled(LogLevel.Debug) ? log.Debug : null;
        connection = new BusConnection(ClientBinding.Bind(settings, surroundings.ExecutablePath, log.Warning, trace), time);
        lanes = new Lanes(time);
        defaultActor = (actor ?? (settings.AgentLabelIsChosen ? settings.AgentLabel : null)) is { } name ? DefaultActor.Chosen(name) : DefaultActor.OfTheClient();
        Client = new BackchannelClient(connection);
        channelNames = new ChannelNames(Client, time);
        export = TelemetryBinding.Bind(surroundings, log.Warning);
        catalog = new ToolCatalog(
            Client, lanes, defaultActor, WorkerSession.Draw(isDetached), time, new FileFolders(WorkingFolder(), settings.Home), export?.Tracer);
    }

    public BackchannelClient Client { get; }

    public IReadOnlyList<Tool> Tools => catalog.Tools;

    public IReadOnlyList<Prompt> MakePrompts() => PromptCatalog.Make(channelNames.CompleteAsync);

    /// <summary>See <see cref="Mcp.Tasks.TaskSeal"/>.</summary>
    public ValueTask<byte[]> SealTaskAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken) =>
        TaskIdSeal.SealAsync(Client, text, cancellationToken);

    /// <summary>Settles the default actor, once, by the name of the client that calls.</summary>
    public void ActFor(string? client) => defaultActor.FixedFor(client);

    /// <summary>Makes what wakes this session, and has it hear of each call.</summary>
    public WakeSession Wake(WakeOptions options, TimeProvider time)
    {
        var wake = new WakeSession(options, Client, lanes, catalog.Finder, time);
        foreach (var tool in Tools)
        {
            tool.Watch = wake.Watch;
        }

        return wake;
    }

    /// <summary>Gives back what is still held, within one second.</summary>
    public Task EndAsync() => catalog.ReleaseHeldAsync();

    private static string? WorkingFolder()
    {
        try
        {
            return Directory.GetCurrentDirectory();
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        channelNames.Dispose();
        await catalog.DisposeAsync();
        if (export is not null)
        {
            await export.DisposeAsync();
        }

        lanes.Dispose();
        await connection.DisposeAsync();
    }
}
