namespace Backchannel.Native.Client;

/// <summary>Which messages of a channel to list.</summary>
internal sealed record MessageQuery
{
    /// <summary>Only messages created strictly later; sent back as it came.</summary>
    public string? Cursor { get; init; }

    /// <value>1 to 100; default: the bus's, 50.</value>
    public int? Limit { get; init; }

    /// <summary>One of <see cref="Wire.MessageStatus"/>; null: all.</summary>
    public string? Status { get; init; }

    /// <summary>How long the bus may hold the request open when there is nothing yet; zero: answer at once.</summary>
    public TimeSpan Wait { get; init; }
}
