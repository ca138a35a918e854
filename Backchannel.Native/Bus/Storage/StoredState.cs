namespace Backchannel.Native.Bus.Storage;

/// <summary>What is stored of a task's state. The numbers are those of the database.</summary>
internal enum StoredState
{
    /// <summary>Open, claimed or acknowledged, as its holder and its acks say.</summary>
    Normal = 0,

    Waiting = 1,

    Failed = 2,

    Cancelled = 3,

    /// <summary>Of messages that are archived: their acks are not kept.</summary>
    Acknowledged = 4,
}
