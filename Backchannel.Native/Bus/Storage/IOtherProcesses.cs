namespace Backchannel.Native.Bus.Storage;

/// <summary>What a bus wants to know of the other processes that share its database, and tells them. A database of one process has none.</summary>
internal interface IOtherProcesses
{
    /// <summary>Another process has committed this change. Changes of one process come in their order; <see cref="Change.OfEverything"/> stands for any that were missed.</summary>
    void Hear(Change change);

    /// <summary>What the others have to hear every two seconds, although nothing is written.</summary>
    IReadOnlyCollection<Change> Signs();

    /// <summary>The database server is lost, or back.</summary>
    /// <param name="reason">Why; null: it is back.</param>
    void Reach(string? reason);

    /// <summary>Another process holds the writer's turn, so that nothing can be written; or it does not any more.</summary>
    void Held(bool isHeld);

    /// <summary>The database server takes reads only; or it takes writes again.</summary>
    void Restricted(bool isReadOnly);
}
