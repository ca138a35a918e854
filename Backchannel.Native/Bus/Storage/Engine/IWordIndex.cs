namespace Backchannel.Native.Bus.Storage.Engine;

/// <summary>An engine's index of words. Words are as <see cref="SearchWords"/> makes them.</summary>
internal interface IWordIndex
{
    /// <summary>Enters a row's words under its key, which has none yet.</summary>
    /// <param name="lane">The number of the channel in whose searches the row is found.</param>
    void Add(long key, long lane, IReadOnlyList<string> words);

    void Remove(long key);

    /// <summary>The keys of rows with all of the words, the greatest first. A word of two characters and more also stands for those that begin with it.</summary>
    /// <param name="lanes">In the searches of which channels; at least one. No row of another is looked at, so that nothing tells of it.</param>
    /// <param name="before">Keys have to be less than this.</param>
    IReadOnlyList<long> Find(IReadOnlyList<string> words, IReadOnlyList<long> lanes, long before, int limit);
}
