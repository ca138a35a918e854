namespace Backchannel.Native.Wire;

/// <summary>Limits and defaults that the contract states for every bus.</summary>
internal static class Limits
{
    /// <summary>Longest content of a message in bytes of UTF-8, unless the bus is set up otherwise.</summary>
    public const int MaxContentBytes = 10_000;

    /// <summary>Most items on one page of a listing.</summary>
    public const int MaxPageSize = 100;

    /// <summary>Items on a page when the request does not say.</summary>
    public const int DefaultPageSize = 50;

    /// <summary>Longest channel name in characters.</summary>
    public const int MaxChannelNameLength = 200;

    /// <summary>Longest label of a key in characters; longer ones are cut.</summary>
    public const int MaxAgentLabelLength = 128;

    /// <summary>Most actors that a message may mention, and most channels that one may be related to; of this bus, not of the reference.</summary>
    public const int MaxReferences = 100;

    /// <summary>Most channels that one claim may look at; of this bus, not of the reference.</summary>
    public const int MaxClaimChannels = 20;

    /// <summary>Most keys to whose tasks one claim may be limited; of this bus, not of the reference.</summary>
    public const int MaxClaimPosters = 20;

    /// <summary>The largest file that a client sends or receives, whatever the limit of its bus is.</summary>
    public const long MostFileBytes = 256L * 1024 * 1024;

    /// <summary>Most files that a message may name; of this bus, not of the reference.</summary>
    public const int MaxFiles = 10;

    /// <summary>Largest file in bytes, unless the bus is set up otherwise; of this bus, not of the reference.</summary>
    public const int MaxFileBytes = 16 * 1024 * 1024;

    /// <summary>Longest name of a file in bytes of UTF-8: longer ones are cut.</summary>
    public const int MaxFileNameBytes = 100;

    /// <summary>Longest name, alias or label in bytes of JSON: an answer may hold hundreds of them. Of this bus, not of the reference.</summary>
    public const int MaxNameBytes = 1_000;

    public const int MinLeaseSeconds = 30;
    public const int MaxLeaseSeconds = 3600;
    public const int DefaultLeaseSeconds = 300;

    /// <summary>Longest time a bus holds a listing open for a first message, unless it is set up otherwise.</summary>
    public const int MaxLongPollSeconds = 25;

    /// <summary>Channels in a view of all of them, where the key has to do with fewer; of this bus, like what follows.</summary>
    public const int MaxLanes = 200;

    /// <summary>Most channels in a view of all of them.</summary>
    public const int MaxOwnLanes = 1_000;

    /// <summary>Tasks that wait for a person, of each kind, that a view of all channels may ask for.</summary>
    public const int MaxStuck = 20;

    /// <summary>Minutes of a channel's plot of posts and acks.</summary>
    public const int LaneMinutes = 60;

    /// <summary>Characters of a task's content in a list.</summary>
    public const int RowCharacters = 300;

    /// <summary>Characters around a hit of a search.</summary>
    public const int ExcerptCharacters = 200;
}
