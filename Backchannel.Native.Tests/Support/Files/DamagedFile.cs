using System.Text;

namespace Backchannel.Native.Tests.Support.Files;

/// <summary>Damage to a database file that no bus has open: whole pages are overwritten.</summary>
internal static class DamagedFile
{
    private const int PageSize = 4096;

    // No page of SQLite begins with these bytes.
    private static readonly byte[] Rubbish = [.. Enumerable.Repeat((byte)0xEE, PageSize)];

    /// <summary>Overwrites pages.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="first">The first page that is overwritten, counted from 0.</param>
    /// <param name="step">1: all of them; 4: every fourth.</param>
    /// <param name="content">Only pages that contain this text; null: any.</param>
    public static void Make(string path, int first, int step, string? content = null)
    {
        var bytes = File.ReadAllBytes(path);
        var pages = Enumerable.Range(first, (bytes.Length / PageSize) - first)
            .Where(page => content is null || bytes.AsSpan(page * PageSize, PageSize).IndexOf(Encoding.UTF8.GetBytes(content)) >= 0);
        using var file = new FileStream(path, FileMode.Open);
        foreach (var page in pages.Where((_, index) => index % step == 0))
        {
            file.Seek((long)page * PageSize, SeekOrigin.Begin);
            file.Write(Rubbish);
        }
    }
}
