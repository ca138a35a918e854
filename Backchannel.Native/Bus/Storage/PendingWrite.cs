namespace Backchannel.Native.Bus.Storage;

/// <summary>A write that waits for its transaction.</summary>
/// <param name="since">When it was handed in: a timestamp of the machine's clock.</param>
internal abstract class PendingWrite(long since)
{
    public long Since => since;

    /// <summary>Does the work; may run again if the transaction it was part of had to be undone.</summary>
    public abstract void Execute(WriteContext context);

    /// <summary>Hands the result over, once it is on the disk.</summary>
    public abstract void Complete();

    public abstract void Fail(Exception reason);
}

/// <inheritdoc/>
internal sealed class PendingWrite<T>(Func<WriteContext, T> work, long since) : PendingWrite(since)
{
    private readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? result;

    public Task<T> Task => completion.Task;

    public override void Execute(WriteContext context) => result = work(context);

    public override void Complete() => completion.TrySetResult(result!);

    public override void Fail(Exception reason) => completion.TrySetException(reason);
}
