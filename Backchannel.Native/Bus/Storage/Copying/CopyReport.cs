namespace Backchannel.Native.Bus.Storage.Copying;

/// <summary>What a copy holds.</summary>
/// <param name="Tables">Its tables with their rows, empty ones left out.</param>
/// <param name="LeftOut">Of a database of the reference server: what this bus has no place for, or keeps in another form.</param>
internal sealed record CopyReport(IReadOnlyList<(string Table, long Rows)> Tables, IReadOnlyList<LeftOut> LeftOut)
{
    public long Rows => Tables.Sum(table => table.Rows);
}

/// <summary>Something that an import does not carry over.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="What">In the plural.</param>
/// <param name="Meaning">What that means for their users, in a sentence without a full stop.</param>
internal sealed record LeftOut(long Count, string What, string Meaning);
