using System.Buffers;

namespace Backchannel.Native.JsonRpc;

/// <summary>Splits a stream into lines at LF, and only there; blank lines and a BOM at the start are skipped.</summary>
/// <param name="input">Read with blocking calls by the thread that calls <see cref="TryReadLine"/>.</param>
/// <param name="bufferSize">First size in bytes; at least 1. The buffer grows for a long line and shrinks after it.</param>
/// <param name="lineLimit">Longest line in bytes that is kept; of a longer one only the beginning is.</param>
internal sealed class JsonRpcReader(Stream input, int bufferSize, int lineLimit) : IDisposable
{
    private byte[] buffer = [];

    // Bytes of the buffer that are used: the pool hands out larger ones than asked for.
    private int room;
    private int start;
    private int scanned;
    private int end;
    private bool isAtStart = true;
    private bool isDiscarding;
    private bool hasEnded;

    /// <summary>What broke the input; null when it ended properly.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Waits for the next line; false at the end of the input. A last line without LF counts.</summary>
    public bool TryReadLine(out JsonRpcLine line)
    {
        while (true)
        {
            if (TryTakeLine(out var bytes))
            {
                if (!IsBlank(bytes))
                {
                    line = new(bytes, isTooLong: bytes.Length > lineLimit);
                    return true;
                }
            }
            else if (hasEnded)
            {
                line = default;
                return false;
            }
            else if (end - start > lineLimit && !isDiscarding)
            {
                isDiscarding = true;
                line = new(buffer.AsSpan(start..end), isTooLong: true);
                return true;
            }
            else
            {
                Fill();
            }
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    private bool TryTakeLine(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            var found = buffer.AsSpan(scanned..end).IndexOf((byte)'\n');
            if (found < 0 && !(hasEnded && start < end))
            {
                scanned = end;
                line = default;
                return false;
            }

            var stop = found < 0 ? end : scanned + found;
            line = buffer.AsSpan(start..stop);
            start = scanned = found < 0 ? end : stop + 1;
            if (!isDiscarding)
            {
                line = SkipByteOrderMark(line);
                return true;
            }

            // This was the rest of a line that was too long.
            isDiscarding = false;
        }
    }

    private ReadOnlySpan<byte> SkipByteOrderMark(ReadOnlySpan<byte> line)
    {
        var isMarked = isAtStart && line.StartsWith("\uFEFF"u8);
        isAtStart = false;
        return isMarked ? line["\uFEFF"u8.Length..] : line;
    }

    private void Fill()
    {
        if (isDiscarding)
        {
            start = scanned = end = 0;
        }

        MakeRoom();
        var read = ReadInput();
        hasEnded = read == 0;
        end += read;
    }

    private int ReadInput()
    {
        try
        {
            return input.Read(buffer.AsSpan(end..room));
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // No further line will come, as at a proper end.
            Fault = fault;
            return 0;
        }
    }

    private void MakeRoom()
    {
        if (start == end)
        {
            start = scanned = end = 0;
            if (room > bufferSize)
            {
                Exchange(bufferSize);
            }
        }
        else if (end == room && start > 0)
        {
            buffer.AsSpan(start..end).CopyTo(buffer);
            (start, scanned, end) = (0, scanned - start, end - start);
        }

        if (room == 0)
        {
            Exchange(bufferSize);
        }
        else if (end == room)
        {
            // One byte more than the limit shows whether a line exceeds it.
            Exchange((int)Math.Min(room * 2L, lineLimit + 1L));
        }
    }

    private void Exchange(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(size);
        buffer.AsSpan(start..end).CopyTo(larger);
        (start, scanned, end) = (0, scanned - start, end - start);
        ArrayPool<byte>.Shared.Return(buffer);
        (buffer, room) = (larger, size);
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept(" \t\r"u8) < 0;
}
