namespace Backchannel.Native.Bus.Storage.Engine;

/// <summary>What a refusal of the database means for the bus.</summary>
internal enum StorageFailure
{
    /// <summary>The statement is at fault, or an assumption about the data.</summary>
    Refused,

    /// <summary>The data are not what was written: reading them again will not help, and what they say is not to be relied on.</summary>
    Damage,

    /// <summary>No room on the disk, or the disk failed: nothing was kept, and later calls may succeed.</summary>
    DiskTrouble,
}
