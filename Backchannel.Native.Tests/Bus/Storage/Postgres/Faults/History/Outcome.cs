namespace Backchannel.Native.Tests.Bus.Storage.Postgres.Faults.History;

/// <summary>What the bus said of an operation.</summary>
internal enum Outcome
{
    /// <summary>A 2xx: it is done for good.</summary>
    Done,

    /// <summary>It has refused, such as with 409; or it was lost on its way and nothing was kept.</summary>
    Refused,

    /// <summary>It does not know, or did not answer: it may be done or not.</summary>
    Undecided,
}
