using System.Buffers;
using System.Collections.Concurrent;
using System.Text;

namespace Backchannel.Native.Cli;

/// <summary>The program's log: one line each on standard error, never blocking the caller.</summary>
/// <remarks>
/// Many MCP clients do not read standard error, and a pipe that nobody reads is full after 64 KiB. So lines wait in a
/// bounded queue that its own thread empties; what does not fit is dropped. The thread starts with the first line.
/// </remarks>
internal sealed class StderrLog(Stream output, LogLevel minimum, TimeProvider timeProvider) : IDisposable
{
    private const int MaxWaitingLines = 1000;
    private const int MaxBytesAtOnce = 32 * 1024;

    // Those of char.IsControl, and U+2028 and U+2029, which end a line too.
    private static readonly SearchValues<char> ControlCharacters = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Append(0x2028).Append(0x2029).Select(code => (char)code)]);

    private static readonly TimeSpan FlushTime = TimeSpan.FromMilliseconds(200);

    // Waking for each line of a busy bus would cost more than writing it.
    private static readonly TimeSpan BetweenWrites = TimeSpan.FromMilliseconds(2);

    private readonly BlockingCollection<string> lines = new(MaxWaitingLines);
    private readonly Lock starting = new();
    private readonly ManualResetEventSlim ending = new(initialState: false, spinCount: 0);
    private Thread? writer;

    public bool IsEnabled(LogLevel level) => level >= minimum;

    public void Debug(string message) => Write(LogLevel.Debug, message);

    public void Info(string message) => Write(LogLevel.Info, message);

    public void Warning(string message) => Write(LogLevel.Warning, message);

    public void Error(string message) => Write(LogLevel.Error, message);

    public void Write(LogLevel level, string message)
    {
        if (!IsEnabled(level))
        {
            return;
        }

        var time = timeProvider.GetUtcNow().ToString("HH:mm:ss.fff", null);
        lock (starting)
        {
            if (lines.IsAddingCompleted)
            {
                return;
            }

            writer ??= StartWriter();
            lines.TryAdd($"{time} {level.ToString().ToUpperInvariant()} {OneLine(message)}\n");
        }
    }

    /// <summary>Waits for the remaining lines to be written, for a short time.</summary>
    public void Dispose()
    {
        Thread? started;
        lock (starting)
        {
            lines.CompleteAdding();
            started = writer;
            ending.Set();
        }

        started?.Join(FlushTime);
    }

    private Thread StartWriter()
    {
        var thread = new Thread(WriteLines) { IsBackground = true, Name = "stderr" };
        thread.Start();
        return thread;
    }

    private void WriteLines()
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var line in lines.GetConsumingEnumerable())
        {
            // Waiting lines are written together: a busy bus logs thousands of lines a second.
            Encoding.UTF8.GetBytes(line, bytes);
            while (bytes.WrittenCount < MaxBytesAtOnce && lines.TryTake(out var next))
            {
                Encoding.UTF8.GetBytes(next, bytes);
            }

            WriteOut(bytes.WrittenSpan);
            bytes.ResetWrittenCount();
            ending.Wait(BetweenWrites);
        }
    }

    private void WriteOut(ReadOnlySpan<byte> lines)
    {
        try
        {
            output.Write(lines);
            output.Flush();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // Nobody reads, the disk is full, or the file has reached the size limit (.NET calls that an argument out of range). These lines are
            // lost; the next may not be.
        }
    }

    // Text of others must not be able to fake a log line. The lines of a stack trace are separated by " | ".
    private static string OneLine(string message)
    {
        if (!message.AsSpan().ContainsAny(ControlCharacters))
        {
            return message;
        }

        var text = new StringBuilder(message.Length);
        foreach (var c in message.ReplaceLineEndings(" | "))
        {
            text.Append(char.IsControl(c) ? ' ' : c);
        }

        return text.ToString();
    }
}
