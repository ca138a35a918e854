using Backchannel.Native.Bus.Rules;

namespace Backchannel.Native.Bus.Requests;

/// <summary>An answer: status, body, and the headers that only some answers have.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">JSON, unless <see cref="ContentType"/> says otherwise; empty for none.</param>
internal sealed record Reply(int Status, ReadOnlyMemory<byte> Body)
{
    public const string Json = "application/json; charset=utf-8";

    public static Reply NoContent { get; } = new(204, ReadOnlyMemory<byte>.Empty);

    public string ContentType { get; init; } = Json;

    /// <summary>The value of <c>Content-Encoding</c>; null: the body is as it is.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>What a browser may load with it; null: nothing.</summary>
    public string? SecurityPolicy { get; init; }

    /// <summary>A body that is too large to be held in memory, in the place of <see cref="Body"/>; null: none.</summary>
    public StreamedBody? Stream { get; init; }

    /// <summary>Whether it is the kept answer of an earlier request.</summary>
    public bool IsReplay { get; init; }

    /// <summary>Whether the request used a deprecated parameter.</summary>
    public bool IsDeprecated { get; init; }

    public string? Location { get; init; }

    /// <summary>The list of what this program adds to the contract, in the one answer that contains it.</summary>
    public string? Additions { get; init; }

    /// <summary>The engine of the database and whether it takes writes, in answers about the bus itself.</summary>
    public string? Database { get; init; }

    /// <summary>How often the message has been claimed, this claim included; null when the request claimed nothing.</summary>
    public int? Deliveries { get; init; }

    /// <summary>Undoes what the request did, where the client has disconnected before it got this answer; null: nothing is undone.</summary>
    public Func<Task>? Undelivered { get; init; }

    /// <summary>Why the request is refused although it has written something; null: it is not.</summary>
    public ApiException? Refusal { get; private init; }

    public bool IsSuccess => Status < 300;

    /// <summary>A refusal that does not undo what the request wrote. One that wrote nothing throws it.</summary>
    public static Reply Refusing(ApiException refusal) => new(refusal.Status, ReadOnlyMemory<byte>.Empty) { Refusal = refusal };
}
