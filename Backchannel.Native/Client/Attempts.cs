namespace Backchannel.Native.Client;

/// <summary>What the attempts of one request leave open.</summary>
internal sealed class Attempts
{
    /// <summary>Whether one of them may have changed something on the bus without an answer that says so.</summary>
    public bool LostAnswer { get; set; }

    /// <summary>What the bus said to the last attempt that it answered; null: none, or nothing against it.</summary>
    public string? Refusal { get; set; }
}
