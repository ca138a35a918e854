using System.Text.Json;
using Backchannel.Native.Text;

namespace Backchannel.Native.Wake;

/// <summary>The records that sessions of Qwen Code keep of themselves.</summary>
internal static class QwenSessions
{
    private const int MostBytes = 64 * 1024;

    /// <summary>The id of the session behind a socket. It changes with <c>/clear</c>, and a message to the old one is dropped without a word.</summary>
    /// <param name="folder"><c>~/.qwen</c>.</param>
    /// <returns>Null: no record names that socket.</returns>
    public static string? Find(string folder, string socket)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(folder, "sessions"), "*.json")
                .Select(path => Read(path, socket))
                .FirstOrDefault(static id => id is not null);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? Read(string path, string socket)
    {
        try
        {
            if (PlainFile.Read(path, MostBytes) is not { } bytes)
            {
                return null;
            }

            using var record = JsonDocument.Parse(bytes);
            return record.RootElement.TextOf("ipcPath") == socket ? record.RootElement.TextOf("sessionId") : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
