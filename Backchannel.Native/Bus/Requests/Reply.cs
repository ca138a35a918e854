namespace Backchannel.Native.Bus.Requests;

/// <summary>An answer: status, body, and the headers that only some answers have.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">JSON, unless <see cref="ContentType"/> says otherwise; empty for none.</param>
internal sealed record Reply(int Status, ReadOnlyMemory<byte> Body)
{
    public const string Json = "application/json; charset=utf-8";

    public static Reply NoContent { get; } = new(204, ReadOnlyMemory<byte>.Empty);

    public string ContentType { get; init; } = Json;

    /// <summary>Whether it was kept from an earlier request.</summary>
    public bool IsReplay { get; init; }

    /// <summary>Whether the request used a deprecated parameter.</summary>
    public bool IsDeprecated { get; init; }

    public string? Location { get; init; }

    /// <summary>The value of the header that lists what this bus adds to the contract; null on all other answers.</summary>
    public string? Additions { get; init; }

    /// <summary>How often the claimed message has been taken, this claim included; null where nothing was taken.</summary>
    public int? Deliveries { get; init; }

    public bool IsSuccess => Status < 300;
}
