namespace Backchannel.Native.Bus.Storage;

/// <summary>A write that waits for its transaction.</summary>
internal abstract class PendingWrite
{
    /// <summary>When it was handed in: a timestamp of the monotonic clock.</summary>
    public long Since { get; } = TimeProvider.System.GetTimestamp();

    /// <summary>Does the work; may run again if the transaction it was part of had to be undone.</summary>
    public abstract void Execute(WriteContext context);

    /// <summary>Hands the result over, once it is on the disk.</summary>
    public abstract void Complete();

    public abstract void Fail(Exception reason);
}

/// <inheritdoc/>
internal sealed class PendingWrite<T>(Func<WriteContext, T> work) : PendingWrite
{
    private readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? result;

    public Task<T> Task => completion.Task;

    public override void Execute(WriteContext context) => result = work(context);

    public override void Complete() => completion.TrySetResult(result!);

    public override void Fail(Exception reason) => completion.TrySetException(reason);
}
