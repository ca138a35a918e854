using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;

namespace Backchannel.Native.Bus.Memory;

/// <summary>The uploads that come in now. What the database holds of any other one is a leftover.</summary>
/// <param name="isShared">Whether other processes of the bus take uploads too.</param>
internal sealed class UploadsUnderWay(BusOptions options, bool isShared)
{
    private readonly Lock gate = new();
    private readonly HashSet<string> names = [];

    /// <summary>Longer than any upload to another process can last: that process ends one whose part takes too long. In microseconds.</summary>
    private readonly long longest =
        2 * (options.MaxFileBytes / options.MaxRequestBytes + 2) * options.TransferTimeout.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <param name="name">Its name in the database.</param>
    public void Add(string name)
    {
        lock (gate)
        {
            names.Add(name);
        }
    }

    /// <param name="name">Null: it was never added.</param>
    public void Remove(string? name)
    {
        lock (gate)
        {
            names.Remove(name ?? "");
        }
    }

    /// <summary>Whether an upload may still come in, to this process or to another one of the bus.</summary>
    public bool Has(string name, long now)
    {
        lock (gate)
        {
            return names.Contains(name) || (isShared && FileStore.BegunAt(name) is { } begun && Math.Abs(now - begun) < longest);
        }
    }
}
