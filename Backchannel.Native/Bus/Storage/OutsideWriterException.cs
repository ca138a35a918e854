namespace Backchannel.Native.Bus.Storage;

/// <summary>A write needs work that would delay all other writes. Nothing was written: do the work, then run the write again.</summary>
internal sealed class OutsideWriterException(Action<TimeProvider> work) : RefusedWriteException("This work belongs outside the writer.")
{
    public Action<TimeProvider> Work { get; } = work;
}
