using System.Text;

namespace Backchannel.Native.Work;

/// <summary>One output stream of a command: read without ever making the command wait, its end kept.</summary>
/// <param name="kept">How many bytes are kept in memory.</param>
/// <param name="spool">Takes all of it once it is longer than that; null: the beginning is dropped.</param>
internal sealed class CommandOutput(int kept, OutputSpool? spool, TimeProvider time)
{
    private const int ChunkSize = 64 * 1024;

    /// <summary>Where the last line is looked for.</summary>
    private const int LineBytes = 1_000;

    /// <summary>After the command's end: another process may hold the other end of the pipe open for ever.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(300);

    private readonly Lock gate = new();
    private readonly TailBuffer tail = new(kept);

    /// <summary>When something came last, as a timestamp.</summary>
    public long LastAt { get; private set; }

    public long Total => tail.Total;

    /// <summary>Whether it is longer than what is kept in memory.</summary>
    public bool IsLong => tail.Total > kept;

    /// <summary>Why the disk did not take all; null: it did, or was not needed.</summary>
    public string? Fault { get; private set; }

    /// <param name="ended">Completes when the command has ended.</param>
    public async Task ReadAsync(Stream stream, Task ended)
    {
        var buffer = new byte[ChunkSize];
        long? endedAt = null;
        try
        {
            while (true)
            {
                var reading = stream.ReadAsync(buffer).AsTask();
                if (!reading.IsCompleted && await Task.WhenAny(reading, ended) != reading)
                {
                    await ((Task)reading).WaitAsync(Rest, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    if (!reading.IsCompleted)
                    {
                        return;
                    }
                }

                if (await reading is var read && read == 0)
                {
                    return;
                }

                Take(buffer.AsSpan(0, read));
                endedAt ??= ended.IsCompleted ? time.GetTimestamp() : null;
                if (endedAt is { } end && time.GetElapsedTime(end) > Rest)
                {
                    // Another process goes on writing.
                    return;
                }
            }
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            // The other end broke.
        }
    }

    /// <summary>The bytes that are kept.</summary>
    public byte[] Last()
    {
        lock (gate)
        {
            return tail.Last();
        }
    }

    /// <summary>The last line that is not blank; null: none.</summary>
    public string? LastLine()
    {
        byte[] end;
        lock (gate)
        {
            end = tail.Last(LineBytes);
        }

        return Encoding.UTF8.GetString(end).Split('\n', '\r').LastOrDefault(static line => !string.IsNullOrWhiteSpace(line))?.Trim();
    }

    private void Take(ReadOnlySpan<byte> chunk)
    {
        lock (gate)
        {
            if (spool is not null && Fault is null && tail.Total + chunk.Length > kept)
            {
                Spool(chunk);
            }

            tail.Write(chunk);
            LastAt = time.GetTimestamp();
        }
    }

    private void Spool(ReadOnlySpan<byte> chunk)
    {
        try
        {
            if (!IsLong)
            {
                spool!.Write(tail.Last());
            }

            spool!.Write(chunk);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // The last of them is .NET's for a limit on the size of files.
            Fault = fault is ArgumentOutOfRangeException ? "the limit on the size of files is too low" : fault.Message;
        }
    }
}
