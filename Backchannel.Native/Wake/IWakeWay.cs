namespace Backchannel.Native.Wake;

/// <summary>How a server wakes the session that it belongs to.</summary>
internal interface IWakeWay
{
    /// <summary>For people.</summary>
    string Name { get; }

    /// <summary>Whether the session may read the text much later.</summary>
    bool MayBeLate { get; }

    /// <returns>Null: it was sent, which does not mean that it was read.</returns>
    Task<WakeFault?> SendAsync(string text, CancellationToken cancellationToken);
}
