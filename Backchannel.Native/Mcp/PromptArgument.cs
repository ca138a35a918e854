namespace Backchannel.Native.Mcp;

/// <summary>One argument of a prompt; all are required.</summary>
/// <param name="Name">Its name, as hosts send it.</param>
/// <param name="Description">For people.</param>
/// <param name="MaxBytes">Longest text in bytes of UTF-8: the whole prompt goes into a model's context.</param>
internal sealed record PromptArgument(string Name, string Description, int MaxBytes)
{
    /// <summary>Finds texts that begin like the one that is being typed; null: there is nothing to suggest.</summary>
    /// <remarks>Up to its first await it runs in the read loop. It has a deadline of its own, and finds nothing rather than fail.</remarks>
    public Func<string, CancellationToken, Task<Completion>>? CompleteAsync { get; init; }
}
