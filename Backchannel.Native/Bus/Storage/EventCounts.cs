using System.Collections.Concurrent;

namespace Backchannel.Native.Bus.Storage;

/// <summary>How often what happened since the start of the bus. Any thread may ask.</summary>
internal sealed class EventCounts
{
    private readonly ConcurrentDictionary<string, long> counts = [];

    public void Add(string name) => counts.AddOrUpdate(name, 1, static (_, count) => count + 1);

    public long Of(string name) => counts.GetValueOrDefault(name);
}
