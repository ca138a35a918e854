using System.Collections.Concurrent;

namespace Backchannel.Native.Bus.Storage;

/// <summary>Counts of events by name, since the bus started. For any thread.</summary>
internal sealed class EventCounts
{
    private readonly ConcurrentDictionary<string, long> counts = [];

    public void Add(string name) => counts.AddOrUpdate(name, 1, static (_, count) => count + 1);

    public long Of(string name) => counts.GetValueOrDefault(name);
}
