namespace Backchannel.Native.Bus.Storage.Engine;

/// <summary>One connection to the database, used by one thread at a time.</summary>
/// <remarks>Parameters are written <c>?</c>, or <c>?1</c> where one is used twice. Statements use only SQL that all engines understand.</remarks>
internal interface ISqlConnection
{
    /// <summary>Grows with every write that changed a row; an engine that does not wait for a write's outcome counts it as one.</summary>
    long Writes { get; }

    /// <summary>Rows changed by the last statement.</summary>
    int LastChanges { get; }

    /// <summary>The words of messages and notes.</summary>
    IWordIndex Words { get; }

    /// <summary>The statement for a constant text, prepared at its first use. Dispose it to make it ready for the next use.</summary>
    IStatement Prepare(string sql);
}
