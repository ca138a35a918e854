using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Tools;

namespace Backchannel.Native.Cli;

/// <summary>One agent's side of the handoff, wired: its connection to the bus, what it holds, and its tools.</summary>
/// <remarks>Making one touches neither network nor files; the first call does.</remarks>
internal sealed class ToolSession : IAsyncDisposable
{
    private readonly BusConnection _connection;
    private readonly Lanes _lanes;
    private readonly HeldLeases _held;

    public ToolSession(Settings settings, Surroundings surroundings, StderrLog log)
    {
        var time = surroundings.TimeProvider;
        _connection = new BusConnection(ClientBinding.Bind(settings, surroundings.ExecutablePath, log.Warning), time);
        var client = new BackchannelClient(_connection);
        _lanes = new Lanes(time);
        _held = new HeldLeases(client, time);
        Tools = ToolCatalog.Create(client, _lanes, _held, settings.AgentLabel, time);
    }

    public IReadOnlyList<Tool> Tools { get; }

    /// <summary>Gives back what is still held, within one second.</summary>
    public Task EndAsync() => _held.ReleaseAllAsync();

    public async ValueTask DisposeAsync()
    {
        await _held.DisposeAsync();
        _lanes.Dispose();
        await _connection.DisposeAsync();
    }
}
