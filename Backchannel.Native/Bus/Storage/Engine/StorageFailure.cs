namespace Backchannel.Native.Bus.Storage.Engine;

/// <summary>What a refusal of the database means for the bus.</summary>
internal enum StorageFailure
{
    /// <summary>The statement is wrong, or the data breaks one of its constraints.</summary>
    Refused,

    /// <summary>The stored data is corrupt: reading it again does not help, and nothing in it can be trusted.</summary>
    Damage,

    /// <summary>No room on the disk, or the disk failed: nothing was kept, and later calls may succeed.</summary>
    DiskTrouble,

    /// <summary>The database server does not answer, or takes no writes: nothing was kept, and later calls may succeed.</summary>
    Unavailable,

    /// <summary>Another process held the writer's turn for too long: nothing was kept, and later calls may succeed.</summary>
    Held,

    /// <summary>The database server was lost during a commit: whether it was kept is not known.</summary>
    Undecided,
}
