using System.Buffers;
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

    private static readonly string[] LevelNames = [.. Enum.GetNames<LogLevel>().Select(static name => name.ToUpperInvariant())];

    // Those of char.IsControl, and U+2028 and U+2029, which end a line too.
    private static readonly SearchValues<char> ControlCharacters = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Append(0x2028).Append(0x2029).Select(code => (char)code)]);

    private static readonly TimeSpan FlushTime = TimeSpan.FromMilliseconds(200);

    // Waking for each line of a busy bus would cost more than writing it.
    private static readonly TimeSpan BetweenWrites = TimeSpan.FromMilliseconds(2);

    private readonly Queue<string> lines = new();

    // Guards the lines. Its owner can wait for one; a collection that blocks would look for it in a loop first, which costs a busy bus processor time.
    private readonly object gate = new();
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
        lock (gate)
        {
            if (ending.IsSet || lines.Count == MaxWaitingLines)
            {
                return;
            }

            writer ??= StartWriter();
            lines.Enqueue($"{time} {LevelNames[(int)level]} {OneLine(message)}\n");
            Monitor.Pulse(gate);
        }
    }

    /// <summary>Waits for the remaining lines to be written, for a short time.</summary>
    public void Dispose()
    {
        Thread? started;
        lock (gate)
        {
            started = writer;
            ending.Set();
            Monitor.Pulse(gate);
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
        while (TakeLines(bytes))
        {
            WriteOut(bytes.WrittenSpan);
            bytes.ResetWrittenCount();
            ending.Wait(BetweenWrites);
        }
    }

    /// <summary>Waits for a line. Lines that wait are taken together: a busy bus logs thousands of lines a second.</summary>
    /// <returns>Whether there was one before the end.</returns>
    private bool TakeLines(ArrayBufferWriter<byte> bytes)
    {
        lock (gate)
        {
            while (lines.Count == 0)
            {
                if (ending.IsSet)
                {
                    return false;
                }

                Monitor.Wait(gate);
            }

            while (bytes.WrittenCount < MaxBytesAtOnce && lines.TryDequeue(out var line))
            {
                Encoding.UTF8.GetBytes(line, bytes);
            }

            return true;
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
        // Almost every line is ASCII, and looking for that alone is several times as fast.
        if (!message.AsSpan().ContainsAnyExceptInRange(' ', '~') || !message.AsSpan().ContainsAny(ControlCharacters))
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
