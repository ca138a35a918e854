namespace Backchannel.Native.Bus.Storage.Engine;

/// <summary>An open database with one connection that writes.</summary>
internal interface IEngine : IDisposable
{
    /// <summary>For the writer's thread.</summary>
    ISqlConnection Writer { get; }

    /// <summary>The newest time ever given to a row, deleted ones included.</summary>
    long LastTime { get; }

    /// <summary>How many bytes the disk still takes; <see cref="long.MaxValue"/> where it cannot be asked.</summary>
    long FreeSpace { get; }

    /// <summary>Reads from one consistent state of the database. <see cref="StorageState"/> is told of damage.</summary>
    ValueTask<T> ReadAsync<T>(Func<StorageSession, T> read);

    /// <summary>Whether opening the database again would find the same one. If not, this reports a fault to <see cref="StorageState"/>.</summary>
    bool IsInPlace();

    /// <summary>The same check for the files that a commit writes; cheap enough to run at every commit.</summary>
    /// <exception cref="UnusableDatabaseException">What is committed now would be lost, or the database cannot be relied on for another reason.</exception>
    void RequireInPlace();

    /// <summary>The upkeep that this engine needs, and when.</summary>
    /// <param name="database">The database over this engine; a pass reads and writes through it.</param>
    IReadOnlyList<ScheduledPass> Maintenance(BusDatabase database);
}
