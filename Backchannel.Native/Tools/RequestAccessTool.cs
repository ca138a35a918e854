using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Asks the owner of a restricted channel to let this key in.</summary>
internal sealed class RequestAccessTool(BackchannelClient client, Lanes lanes)
    : BackchannelTool<RequestAccessArguments, RequestAccessResult>(
        client, static () => ArgumentsJsonContext.Default.RequestAccessArguments, static () => ResultsJsonContext.Default.RequestAccessResult)
{
    public override string Name => "request_access";

    public override string Title => "Ask for access";

    public override string Description => "Ask the owner of a restricted channel to let you in.";

    // The bus answers a second request with the one that is pending.
    public override ToolAnnotations Annotations => ToolAnnotations.ChangeOnce;

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "channel": { "type": "string", "minLength": 1, "description": "Id or alias of the channel." },
            "reason": { "type": "string", "minLength": 1, "description": "Shown to the owner." }
          },
          "required": ["channel"],
          "additionalProperties": false
        }
        """u8;

    public override ReadOnlySpan<byte> OutputSchema => """
        {
          "type": "object",
          "properties": {
            "status": { "enum": ["pending", "open", "already_member"] },
            "request_id": {},
            "next": {}
          },
          "required": ["status"]
        }
        """u8;

    protected override string AdviceAfterLostAnswer(RequestAccessArguments arguments, ToolCall call) =>
        "The request may have reached the owner. Call request_access again with exactly the same arguments: it then counts once.";

    protected override async Task<RequestAccessResult> RunAsync(
        RequestAccessArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        if (await IsOwnAsync(bus, arguments.Channel, cancellationToken))
        {
            return new(AccessStatus.AlreadyMember, Next: "This is your own channel: there is nothing to ask for, use it now.");
        }

        var outcome = await bus.RequestAccessAsync(arguments.Channel, arguments.Reason, cancellationToken);
        return new(outcome.Status, outcome.RequestId, outcome.Status switch
        {
            AccessStatus.Pending => "Wait until the owner approved, then use the channel; asking again changes nothing.",
            AccessStatus.Open => "This channel is open to everybody: use it now.",
            _ => "You have access already: use the channel now.",
        });
    }

    /// <remarks>The bus finds a channel to request access to by id or alias only: it would not find an own channel by its name.</remarks>
    private async Task<bool> IsOwnAsync(BackchannelClient bus, string channel, CancellationToken cancellationToken)
    {
        try
        {
            return await lanes.IsOwnAsync(bus, await lanes.FindAsync(bus, channel, cancellationToken), cancellationToken);
        }
        catch (BackchannelException)
        {
            // Restricted or unknown: the answer to the request says which.
            return false;
        }
    }
}

internal sealed record RequestAccessArguments(string Channel, string? Reason = null);

/// <param name="Status">One of <see cref="AccessStatus"/>.</param>
internal sealed record RequestAccessResult(string Status, string? RequestId = null, string? Next = null);
