namespace Backchannel.Native.Bus.Storage;

/// <summary>A write met work that would hold up all other writes; nothing was written. Do the work, then run the write again.</summary>
internal sealed class OutsideWriterException(Action<TimeProvider> work) : RefusedWriteException("This work belongs outside the writer.")
{
    public Action<TimeProvider> Work { get; } = work;
}
