using System.Text;

namespace Backchannel.Native.Wake;

/// <summary>What a command prints, however much that is.</summary>
internal static class QueueOutput
{
    private const int MostKept = 64 * 1024;

    /// <summary>Reads to the end, so that the command never waits for its reader.</summary>
    /// <returns>The beginning.</returns>
    public static async Task<string> ReadAsync(Stream output, CancellationToken cancellationToken)
    {
        var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await output.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            kept.Write(buffer, 0, Math.Min(count, MostKept - (int)kept.Length));
        }

        return Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);
    }
}
