namespace Backchannel.Native.JsonRpc;

/// <summary>A request that this side sent.</summary>
internal sealed class OutgoingRequest(RequestId id)
{
    private readonly TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RequestId Id => id;

    /// <summary>Ends when the answer is there.</summary>
    public Task Arrived => arrived.Task;

    /// <summary>The result as a JSON object; empty when the other side refused, or answered with something else.</summary>
    public ReadOnlyMemory<byte> Result { get; private set; }

    public void Settle(ReadOnlySpan<byte> result)
    {
        Result = result.ToArray();
        arrived.TrySetResult();
    }
}
