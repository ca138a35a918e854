namespace Backchannel.Native.Client;

/// <summary>Names one intended write, so that repeating the request repeats nothing.</summary>
/// <param name="Value">1 to 200 printable ASCII characters, unique per operation: the bus compares nothing else.</param>
internal readonly record struct IdempotencyKey(string Value)
{
    /// <remarks>Begins with the time: a bus of ours keeps those of one time together.</remarks>
    public static IdempotencyKey New() => new(Guid.CreateVersion7().ToString("n"));
}
