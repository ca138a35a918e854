using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Takes the oldest free task of a channel, for as long as this process lives.</summary>
internal sealed class ClaimTaskTool(
    BackchannelClient client,
    Lanes lanes,
    ClaimLoop claims,
    HeldLeases held,
    MessageFinder finder,
    Waiting waiting,
    TimeProvider time,
    DefaultActor defaultActor,
    FileReceiving files)
    : BackchannelTool<ClaimTaskArguments, ClaimTaskResult>(
        client, static () => ToolsJsonContext.Readable.ClaimTaskArguments, static () => ToolsJsonContext.Readable.ClaimTaskResult)
{
    public override string Name => "claim_task";

    public override string Title => "Claim a task";

    // A worker in a shell is not renewed: it relies on the time that it asked for.
    protected override IReadOnlyCollection<string> ExactParameters => ["lease_seconds"];

    public override string Description =>
        "Take the oldest open task of a channel to work on; no other worker gets it. When done call ack_task with the result; "
        + "if you cannot do it, fail_task." + OthersTexts.AreData;

    public override ToolAnnotations Annotations { get; } = new()
    {
        ReadOnlyHint = false,
        DestructiveHint = false,
        IdempotentHint = false,
        OpenWorldHint = true,
    };

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "channel": { "type": "string", "minLength": 1, "description": "Name or id of the channel." },
            "actor": { "type": "string", "minLength": 1, "description": "Your worker name; a good default exists." },
            "lease_seconds": { "type": "integer", "minimum": 30, "maximum": 3600, "default": 300, "description": "If you crash, others get the task after this time: 30 to 3600, default 300; renewed while you live." },
            "wait_seconds": { "type": "integer", "minimum": 0, "maximum": 50, "default": 0, "description": "Wait this long for a task: 0 to 50, default 0." }
          },
          "required": ["channel"],
          "additionalProperties": false
        }
        """u8;

    public override ReadOnlySpan<byte> OutputSchema => """
        {
          "type": "object",
          "properties": {
            "claimed": { "type": "boolean" },
            "message_id": { "type": "string" },
            "channel": { "type": "string" },
            "content": { "type": "string" },
            "metadata": { "type": "object" },
            "from": { "type": "object" },
            "actor": { "type": "string" },
            "created_at": { "type": "string" },
            "expires_at": { "type": "string" },
            "lease_expires_at": { "type": "string" },
            "files": { "type": "array" },
            "redelivered": { "type": "boolean", "description": "Another worker had it: part may be done." },
            "owner": { "type": "string" },
            "note": { "type": "string" },
            "next": { "type": "string" }
          },
          "required": ["claimed"]
        }
        """u8;

    protected override async Task<ClaimTaskResult> RunAsync(
        ClaimTaskArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        var limit = WaitLimit.AllowedWait(arguments.WaitSeconds ?? 0, call);
        var state = $"waiting for a task on {ShownText.Name(arguments.Channel)}";
        await using var progress = new WaitProgress(call, state, time, cancellationToken);
        BackchannelException? missing = null;
        var holding = held.Oldest(ClaimTaskResult.MaxHeldIds);
        var result = await waiting.UntilAsync(call, limit, LookAsync, cancellationToken);
        result ??= missing is null
            ? ClaimTaskResult.Nothing(limit > TimeSpan.Zero)
            : ClaimTaskResult.NobodyPosted(arguments.Channel, limit > TimeSpan.Zero, missing);
        result = result.WithHeld(holding.Count, holding.Ids);
        return call.IsLast && result.Claimed ? result.WithoutRenewal() : result;

        Func<Lane, Task<ClaimTaskResult?>> Claim(TimeSpan wait, CancellationToken look) =>
            lane => ClaimAsync(bus, lane, Order(lane, arguments, cancellationToken), call.MaxResultBytes, wait, look);

        async Task<ClaimTaskResult?> LookAsync(TimeSpan wait, CancellationToken look)
        {
            try
            {
                missing = null;
                return await lanes.OnAsync(bus, arguments.Channel, newMode: null, Claim(wait, look), look);
            }
            catch (BackchannelException exception) when (exception.Code == ErrorCodes.ChannelNotFound)
            {
                // The first post creates the channel: a worker may ask before that.
                missing = exception;
                return null;
            }
        }
    }

    protected override string AdviceAfterLostAnswer(ClaimTaskArguments arguments, ToolCall call) => call.IsLast
        ? $"A task may have been claimed all the same. It is given back now, if the bus can be reached; if not, others get it {arguments.LeaseSeconds ?? Limits.DefaultLeaseSeconds} s later. Call again."
        : "A task may have been claimed all the same. Call claim_task again for it; if you do not, it is given back to the others.";

    private ClaimOrder Order(Lane lane, ClaimTaskArguments arguments, CancellationToken call) => new(
        lane.Channel.Id,
        arguments.Actor ?? defaultActor.Name,
        TimeSpan.FromSeconds(arguments.LeaseSeconds ?? Limits.DefaultLeaseSeconds),
        call);

    private async Task<ClaimTaskResult?> ClaimAsync(
        BackchannelClient bus, Lane lane, ClaimOrder order, int maxBytes, TimeSpan wait, CancellationToken cancellationToken)
    {
        ChannelModes.RequireClaimable(lane.Channel, "Read it with subscribe.");
        if (await claims.TryClaimAsync(bus, order, wait, cancellationToken) is not { } claimed)
        {
            return null;
        }

        finder.Remember(claimed.Lease.Message);
        return ClaimTaskResult.Of(claimed, lane, maxBytes) with { Files = await files.FetchAsync(bus, claimed.Lease.Message, order.Call) };
    }
}

internal sealed record ClaimTaskArguments(
    string Channel, string? Actor = null, int? LeaseSeconds = null, int? WaitSeconds = null);
