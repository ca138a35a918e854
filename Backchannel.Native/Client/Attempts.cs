namespace Backchannel.Native.Client;

/// <summary>What the attempts of one request leave open.</summary>
internal sealed class Attempts
{
    /// <summary>Whether one of them may have reached the bus and changed something, and nothing said so.</summary>
    public bool LostAnswer { get; set; }
}
