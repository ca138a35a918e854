namespace Backchannel.Native.Bus.Storage.Engine;

/// <summary>A database of which a copy is made: one state of it, whatever is written to it meanwhile. Nothing in it is changed.</summary>
internal interface ICopySource : IDisposable
{
    /// <summary>In a transaction that sees this one state.</summary>
    ISqlConnection Connection { get; }

    /// <summary>Whether it is a database of the reference server, whose tables are others.</summary>
    bool IsReference { get; }

    /// <summary>Whether a bus has it open: what that bus writes from now on is not in the copy.</summary>
    bool IsServed { get; }

    /// <summary>What the database knows beside its rows. Not for a database of the reference server.</summary>
    EngineState ReadState();
}
