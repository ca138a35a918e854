namespace Backchannel.Native.Bus.Waiting;

/// <summary>Places of claimers by channel, in their order. Not safe for several threads.</summary>
internal sealed class ClaimLines
{
    private readonly Dictionary<long, SortedDictionary<long, ClaimPlace>> lines = [];

    public void Add(ClaimPlace place)
    {
        foreach (var channel in place.Channels)
        {
            if (!lines.TryGetValue(channel, out var line))
            {
                lines.Add(channel, line = []);
            }

            line.Add(place.Order, place);
        }
    }

    /// <returns>Whether it was there.</returns>
    public bool Remove(ClaimPlace place)
    {
        var wasThere = false;
        foreach (var channel in place.Channels)
        {
            if (lines.TryGetValue(channel, out var line) && line.Remove(place.Order))
            {
                wasThere = true;
                if (line.Count == 0)
                {
                    lines.Remove(channel);
                }
            }
        }

        return wasThere;
    }

    public ClaimPlace? First(long channel) => lines.TryGetValue(channel, out var line) ? line.First().Value : null;

    public IEnumerable<ClaimPlace> All => lines.Values.SelectMany(static line => line.Values).Distinct();

    public IReadOnlyCollection<ClaimPlace> On(long channel) => lines.TryGetValue(channel, out var line) ? line.Values : [];
}
