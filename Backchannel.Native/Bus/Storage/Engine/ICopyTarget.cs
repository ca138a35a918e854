namespace Backchannel.Native.Bus.Storage.Engine;

/// <summary>An empty database with the newest schema that takes all rows of another one. Until <see cref="Commit"/>, others see nothing of them.</summary>
/// <remarks>Dispose it without <see cref="Commit"/>, and the target is as it was before.</remarks>
internal interface ICopyTarget : IDisposable
{
    /// <summary>In a transaction in which no trigger runs: what triggers keep is copied like everything else.</summary>
    ISqlConnection Connection { get; }

    /// <summary>Sends the rows so far to the database, so that an engine that collects writes holds few of them in memory.</summary>
    void EndPage();

    /// <summary>The engine's own end of a copy: what it knows beside the rows is set, and triggers run from then on. Rows can still be read.</summary>
    void Complete(EngineState state);

    /// <summary>Makes the copy the database's content, on the disk.</summary>
    /// <exception cref="StorageException">It could not be done; the target is as it was before.</exception>
    /// <exception cref="IOException">The same.</exception>
    void Commit();
}
