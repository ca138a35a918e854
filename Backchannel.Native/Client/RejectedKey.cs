namespace Backchannel.Native.Client;

/// <summary>A key that the bus does not take.</summary>
/// <param name="Rejection">The bus's reason.</param>
internal sealed record RejectedKey(ApiKey Key, BackchannelException Rejection)
{
    /// <summary>Where it is stored; null: nowhere that is known.</summary>
    public string? File { get; set; }
}
