using System.Text;
using Backchannel.Native.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Work;

/// <summary>Makes the result of a run from what its command printed.</summary>
internal static class RunResult
{
    /// <summary>Room for what is added behind the output.</summary>
    private const int NotesBytes = 600;

    /// <param name="answer">What the agent host said, read from its output; null: the output itself is the result.</param>
    /// <param name="notes">Sentences behind it, such as the branch.</param>
    public static RunOutcome Of(CommandOutput output, OutputSpool spool, AgentAnswer? answer, RunFolder folder, IReadOnlyList<string> notes)
    {
        var files = folder.ListResults();
        List<string> said = [.. notes];
        var bytes = answer is { Text: { } whole } ? Encoding.UTF8.GetBytes(whole) : output.Last();
        var text = Readable(bytes, out var isText);
        (Func<Stream> Open, long Length)? sent = null;
        if (answer?.Text is null && (output.IsLong || !isText))
        {
            sent = Whole(output, spool, bytes, said);
        }
        else if (bytes.Length > Limits.MaxContentBytes)
        {
            sent = (() => new MemoryStream(bytes), bytes.Length);
            said.Add($"The whole answer is in {RunOutcome.OutputName}.");
        }

        var refused = files.RemoveAll(file => !IsSendable(file, folder));
        if (refused > 0)
        {
            said.Add($"{refused} {(refused == 1 ? "file was" : "files were")} not sent: only regular files with one name and at most {Limits.MaxFileBytes:N0} bytes are.");
        }

        var most = sent is null ? Limits.MaxFiles : Limits.MaxFiles - 1;
        if (files.Count > most)
        {
            said.Add($"{files.Count - most} more files were not sent: a result takes {Limits.MaxFiles}.");
            files = files[..most];
        }

        var end = string.Join(' ', said);
        text = text.Trim().Length == 0 ? "(no output)" : text;
        text = End(text, Limits.MaxContentBytes - (end.Length == 0 ? 0 : NotesBytes)).Trim();
        return new(RunOutcomeKind.Acknowledged, end.Length == 0 ? text : $"{text}\n\n{WholeCharacters.Start(end, NotesBytes - 2)}")
        {
            Files = files,
            Output = sent,
            Folder = folder,
            AgentSession = answer?.Session,
        };
    }

    private static bool IsSendable(string path, RunFolder folder)
    {
        using var file = folder.Open(path);
        return file?.Length <= Limits.MaxFileBytes;
    }

    /// <summary>The end of a text within a number of bytes, from a whole character on.</summary>
    public static string End(string text, int bytes)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        if (utf8.Length <= bytes)
        {
            return text;
        }

        var start = utf8.Length - bytes;
        while (start < utf8.Length && (utf8[start] & 0xC0) == 0x80)
        {
            start++;
        }

        return Encoding.UTF8.GetString(utf8, start, utf8.Length - start);
    }

    /// <summary>Text of an output that may hold anything: no character that JSON or a reader trips over.</summary>
    /// <param name="isText">Whether it was text to begin with.</param>
    public static string Readable(ReadOnlySpan<byte> bytes, out bool isText)
    {
        // The first character may have lost its beginning.
        while (bytes.Length > 0 && (bytes[0] & 0xC0) == 0x80)
        {
            bytes = bytes[1..];
        }

        var text = Encoding.UTF8.GetString(bytes);
        isText = !text.AsSpan().ContainsAny('\uFFFD', '\0');
        return text.Replace('\0', '\uFFFD');
    }

    /// <summary>The output as a file, and what is said of it.</summary>
    private static (Func<Stream> Open, long Length)? Whole(CommandOutput output, OutputSpool spool, byte[] bytes, List<string> said)
    {
        if (output is { IsLong: true, Fault: { } fault })
        {
            said.Add($"This is the end of {output.Total:N0} bytes of output; the rest could not be kept ({fault}).");
            return null;
        }

        said.Add(spool.IsCut
            ? $"This is the end of {output.Total:N0} bytes of output; the last {spool.Length:N0} bytes are in {RunOutcome.OutputName}."
            : output.IsLong
                ? $"This is the end of the output; all {output.Total:N0} bytes are in {RunOutcome.OutputName}."
                : $"The output is no text; its {output.Total:N0} bytes are in {RunOutcome.OutputName}.");
        return output.IsLong ? (spool.Read, spool.Length) : (() => new MemoryStream(bytes), bytes.Length);
    }
}
