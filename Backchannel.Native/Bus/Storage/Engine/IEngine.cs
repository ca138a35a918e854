namespace Backchannel.Native.Bus.Storage.Engine;

/// <summary>An open database with one connection that writes.</summary>
internal interface IEngine : IDisposable
{
    /// <summary><c>sqlite</c> or <c>postgresql</c>.</summary>
    string Name { get; }

    /// <summary>Whether the last try to write, or to reach the database, was no failure of the database.</summary>
    bool CanWrite { get; }

    /// <summary>For the writer's thread.</summary>
    ISqlConnection Writer { get; }

    /// <summary>Whether other processes may use the database at the same time.</summary>
    bool IsShared { get; }

    /// <summary>Whether a write may run on its caller's thread: it then waits for a disk at most, and never for another process.</summary>
    bool WritesOnCallersThread { get; }

    /// <summary>How many bytes the disk still takes; <see cref="long.MaxValue"/> where it cannot be asked.</summary>
    long FreeSpace { get; }

    /// <summary>Begins a transaction that writes. Only one of all processes with this database has one at a time.</summary>
    /// <exception cref="StorageException">The database does not answer, or another process held it for too long: nothing was begun.</exception>
    WriterTurn Begin();

    /// <summary>Null where a read costs no round trip, so that nothing is gained by fetching reads together.</summary>
    IRehearsal? Rehearsal { get; }

    /// <summary>Makes everything since <see cref="Begin"/> durable, and tells the other processes what was changed.</summary>
    /// <param name="lastTime">The newest time that was given to a row.</param>
    /// <param name="changes">What the writes changed; a change that stands there twice happened twice. Read only where other processes are told.</param>
    /// <exception cref="StorageException">Nothing was kept, or, where it says so, that is not known.</exception>
    void Commit(long lastTime, IEnumerable<Change> changes);

    /// <summary>Undoes everything since <see cref="Begin"/>. Does nothing outside of a transaction.</summary>
    void Rollback();

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
