namespace Backchannel.Native.Bus.Storage.Engine;

/// <summary>Where the data of a bus lie: an open database, with one connection that writes.</summary>
internal interface IEngine : IDisposable
{
    /// <summary>For the writer's thread.</summary>
    ISqlConnection Writer { get; }

    /// <summary>The newest time ever given to a row, deleted ones included.</summary>
    long LastTime { get; }

    /// <summary>Reads from one consistent state of the database. <see cref="StorageState"/> is told of damage.</summary>
    ValueTask<T> ReadAsync<T>(Func<StorageSession, T> read);

    /// <summary>Whether what was opened is still what would be found there. When it is not, <see cref="StorageState"/> is told.</summary>
    bool IsInPlace();

    /// <summary>The same for what a commit goes to; cheap enough for every one.</summary>
    /// <exception cref="UnusableDatabaseException">What is committed now would be lost, or the database cannot be relied on for another reason.</exception>
    void RequireInPlace();

    /// <summary>The upkeep that this engine needs, and when.</summary>
    /// <param name="database">The database over this engine; a pass reads and writes through it.</param>
    IReadOnlyList<ScheduledPass> Maintenance(BusDatabase database);
}
