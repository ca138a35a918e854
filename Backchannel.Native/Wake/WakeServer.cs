namespace Backchannel.Native.Wake;

/// <summary>A server that follows its session.</summary>
/// <param name="Path">Where it writes down what the session waits for.</param>
/// <param name="Parent">The process that started it: the host of the session.</param>
internal sealed record WakeServer(string Path, ProcessIdentity Parent, ProcessIdentity Server)
{
    /// <summary>When the file was written that a hook read last; null: it has read none.</summary>
    public string? Written { get; set; }
}
