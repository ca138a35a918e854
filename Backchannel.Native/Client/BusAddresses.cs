using System.Net.Http;

namespace Backchannel.Native.Client;

/// <summary>The addresses of one bus, and which of them calls begin with: the one that worked last.</summary>
internal sealed class BusAddresses : IDisposable
{
    private readonly List<BusAddress> all;
    private volatile BusAddress preferred;

    public BusAddresses(BackchannelClientOptions options, TimeProvider time, HttpMessageHandler? transport)
    {
        all = [.. options.AllBaseUrls.Select(url => new BusAddress(options with { BaseUrl = url }, time, transport)).DistinctBy(static address => address.Url)];
        preferred = all[0];
    }

    public int Count => all.Count;

    /// <summary>What errors call the bus as a whole.</summary>
    public string BusName => all[0].Faults.BusName + string.Concat(all.Skip(1).Select(static other => $" or {other.Url}"));

    /// <summary>Where a call goes next: to the address that worked last, or to the next one in the list that it has not left.</summary>
    /// <param name="left">Fewer than all.</param>
    public BusAddress NextWithout(List<BusAddress> left)
    {
        var first = all.IndexOf(preferred);
        return all.Skip(first).Concat(all.Take(first)).First(address => !left.Contains(address));
    }

    /// <summary>Later calls begin with this address.</summary>
    public void Prefer(BusAddress address) => preferred = address;

    public void Dispose() => all.ForEach(static address => address.Dispose());
}
