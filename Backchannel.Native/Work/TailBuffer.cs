namespace Backchannel.Native.Work;

/// <summary>The last bytes of an output of any length.</summary>
internal sealed class TailBuffer(int capacity)
{
    private readonly byte[] bytes = new byte[capacity];
    private int next;

    /// <summary>How many there were in all.</summary>
    public long Total { get; private set; }

    public void Write(ReadOnlySpan<byte> chunk)
    {
        Total += chunk.Length;
        chunk = chunk.Length > capacity ? chunk[^capacity..] : chunk;
        var first = Math.Min(chunk.Length, capacity - next);
        chunk[..first].CopyTo(bytes.AsSpan(next));
        chunk[first..].CopyTo(bytes);
        next = (next + chunk.Length) % capacity;
    }

    /// <summary>The last bytes, the oldest first.</summary>
    /// <param name="most">How many at most.</param>
    public byte[] Last(int most = int.MaxValue)
    {
        var count = (int)Math.Min(Math.Min(Total, capacity), most);
        var last = new byte[count];
        var start = ((next - count) % capacity + capacity) % capacity;
        var first = Math.Min(count, capacity - start);
        bytes.AsSpan(start, first).CopyTo(last);
        bytes.AsSpan(0, count - first).CopyTo(last.AsSpan(first));
        return last;
    }
}
