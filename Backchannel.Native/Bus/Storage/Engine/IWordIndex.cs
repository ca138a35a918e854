namespace Backchannel.Native.Bus.Storage.Engine;

/// <summary>An engine's index of words. Words are as <see cref="SearchWords"/> makes them.</summary>
internal interface IWordIndex
{
    /// <summary>Enters a row's words under its key, which has none yet.</summary>
    void Add(long key, IReadOnlyList<string> words);

    void Remove(long key);

    /// <summary>The keys of rows with all of the words, the greatest first. A word of two characters and more also stands for those that begin with it.</summary>
    /// <param name="before">Keys have to be less than this.</param>
    IReadOnlyList<long> Find(IReadOnlyList<string> words, long before, int limit);
}
