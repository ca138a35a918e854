namespace Backchannel.Native.Tests.Support;

/// <summary>Damage to a database file that no bus has open: whole pages are overwritten.</summary>
internal static class DamagedFile
{
    private const int PageSize = 4096;

    // No page of SQLite begins so.
    private static readonly byte[] Rubbish = [.. Enumerable.Repeat((byte)0xEE, PageSize)];

    /// <summary>Overwrites every so manieth page.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="first">The first page that may be hit, counted from 0.</param>
    /// <param name="step">1: all of them.</param>
    public static void Make(string path, int first, int step)
    {
        using var file = new FileStream(path, FileMode.Open);
        for (var page = first; page < file.Length / PageSize; page += step)
        {
            file.Seek((long)page * PageSize, SeekOrigin.Begin);
            file.Write(Rubbish);
        }
    }
}
