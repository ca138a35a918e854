using System.Buffers;
using System.IO.Pipelines;
using Backchannel.Native.Bus.Settings;

namespace Backchannel.Native.Bus.Http;

/// <summary>Reads a body in parts, each within its share of time.</summary>
internal sealed class PartReader(PipeReader reader, BusOptions options, TimeProvider timeProvider, CancellationToken cancellationToken) : IAsyncDisposable
{
    private ITimer? deadline;
    private long untilNextDeadline = options.MaxRequestBytes;

    /// <summary>Whether the whole body was read.</summary>
    public bool IsAtEnd { get; set; }

    /// <summary>Fills the buffer, unless the body ends before.</summary>
    /// <returns>How many bytes there are.</returns>
    /// <exception cref="TimeoutException">They come in too slowly.</exception>
    public async ValueTask<int> FillAsync(Memory<byte> buffer)
    {
        var filled = 0;
        while (filled < buffer.Length && !IsAtEnd)
        {
            var next = reader.ReadAsync(cancellationToken);
            if (!next.IsCompleted)
            {
                deadline ??= timeProvider.CreateTimer(
                    static waiting => ((PipeReader)waiting!).CancelPendingRead(), reader, options.TransferTimeout, Timeout.InfiniteTimeSpan);
            }

            var read = await next;
            if (read.IsCanceled)
            {
                throw new TimeoutException();
            }

            var taken = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, buffer.Length - filled));
            taken.CopyTo(buffer.Span[filled..]);
            filled += (int)taken.Length;
            IsAtEnd = read.IsCompleted && taken.Length == read.Buffer.Length;
            reader.AdvanceTo(taken.End);
            Lengthen(taken.Length);
        }

        return filled;
    }

    public async ValueTask DisposeAsync()
    {
        if (deadline is not null)
        {
            await deadline.DisposeAsync();
        }
    }

    private void Lengthen(long bytes)
    {
        untilNextDeadline -= bytes;
        if (untilNextDeadline <= 0)
        {
            untilNextDeadline = options.MaxRequestBytes;
            deadline?.Change(options.TransferTimeout, Timeout.InfiniteTimeSpan);
        }
    }
}
