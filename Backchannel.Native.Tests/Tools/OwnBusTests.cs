using Backchannel.Native.Tests.Support.Buses;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Tools;

/// <summary>Agents that share a key on a bus of our own with a clock that only the test moves.</summary>
public abstract class OwnBusTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder keys = new();
    private readonly List<ToolAgent> agents = [];
    private TestBus bus = null!;

    private protected FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch.AddYears(56)) { AutoAdvanceAmount = TimeSpan.FromMicroseconds(1) };

    private protected TestBus Bus => bus;

    public async Task InitializeAsync() => bus = await TestBus.StartAsync(options => options, Time);

    public async Task DisposeAsync()
    {
        foreach (var agent in agents)
        {
            await agent.DisposeAsync();
        }

        await bus.DisposeAsync();
    }

    public void Dispose()
    {
        keys.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <param name="clock">Of the agent itself; null: the machine's.</param>
    private protected ToolAgent Agent(string label, TimeProvider? clock = null) => Add(new(new(bus.BaseUrl), label, keys.Path, clock));

    /// <summary>An agent with a key of its own.</summary>
    private protected ToolAgent Stranger(string label) => Add(new(new(bus.BaseUrl), label));

    private ToolAgent Add(ToolAgent agent)
    {
        agents.Add(agent);
        return agent;
    }
}
