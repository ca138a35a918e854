namespace Backchannel.Native.Client;

/// <summary>What the attempts of one request leave open, and where the next one goes.</summary>
internal sealed class Attempts(BusAddresses addresses)
{
    private readonly List<BusAddress> left = [];
    private readonly List<BusAddress> tried = [];

    /// <summary>Whether one of them may have changed something on the bus without an answer that says so.</summary>
    public bool LostAnswer { get; set; }

    /// <summary>What the bus said to the last attempt that it answered; null: none, or nothing against it.</summary>
    public string? Refusal { get; set; }

    /// <summary>Where the last attempt went.</summary>
    public BusAddress Address { get; private set; } = addresses.NextWithout([]);

    /// <summary>Whether the next attempt goes to an address that this round has not tried, and so needs no pause.</summary>
    public bool MovesOn { get; private set; }

    /// <summary>How often there was a pause between attempts.</summary>
    public int Pauses { get; set; }

    /// <summary>Which addresses were tried, for the end of an error; empty where the bus has one, or one was enough.</summary>
    public string TriedNote => tried.Count < 2 ? "" : $" ({tried.Count} addresses tried: {string.Join(", ", tried.Select(static address => address.Url))})";

    /// <summary>Begins an attempt.</summary>
    /// <returns>Where it goes.</returns>
    public BusAddress Begin()
    {
        if (left.Count == addresses.Count)
        {
            left.Clear();
        }

        MovesOn = false;
        Address = addresses.NextWithout(left);
        if (!tried.Contains(Address))
        {
            tried.Add(Address);
        }

        return Address;
    }

    /// <summary>The address of the last attempt serves nobody now: this round goes on without it.</summary>
    public void Leave()
    {
        left.Add(Address);
        MovesOn = left.Count < addresses.Count;
    }

    /// <summary>The address of the last attempt works.</summary>
    public void Stay()
    {
        // A call without trouble changes nothing: it may have begun before the address went away.
        if (tried.Count > 1)
        {
            addresses.Prefer(Address);
        }
    }
}
