namespace Backchannel.Native.Tests.Support.Postgres;

/// <summary>What a <see cref="DatabaseFront"/> does to a writer's transaction.</summary>
internal enum DatabaseLoss
{
    None,

    /// <summary>The commit does not reach the server; the connection breaks.</summary>
    Commit,

    /// <summary>The server commits; its answer is lost, and the connection breaks.</summary>
    Answer,

    /// <summary>The writer has the lock, and nothing of it arrives any more. The connection stays.</summary>
    HangsAtBegin,

    /// <summary>The same, in the middle of what the writer sends with its commit.</summary>
    HangsInCommit,
}
