using Backchannel.Native.Client;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Takes the best free task of one channel or several, for as long as this process lives.</summary>
internal sealed class ClaimTaskTool(
    BackchannelClient client,
    Lanes lanes,
    ClaimLoop claims,
    LeaseTaking taking,
    HeldLeases held,
    Waiting waiting,
    TimeProvider time,
    DefaultActor defaultActor,
    TaskTelling telling,
    ClaimTurns turns)
    : BackchannelTool<ClaimTaskArguments, ClaimTaskResult>(
        client, static () => ArgumentsJsonContext.Default.ClaimTaskArguments, static () => ResultsJsonContext.Default.ClaimTaskResult)
{
    private const int MaxWaitSeconds = 50;

    public override string Name => "claim_task";

    public override string Title => "Claim a task";

    // A worker in a shell is not renewed: it relies on the time that it asked for.
    protected override IReadOnlyCollection<string> ExactParameters => ["lease_seconds"];

    public override string Description =>
        "Take the most urgent open task to work on; no other worker gets it. When done call ack_task with the result; "
        + "if you cannot do it, fail_task." + OthersTexts.AreData;

    public override ToolAnnotations Annotations => ToolAnnotations.Change;

    public override bool IsAlwaysOffered => true;

    public override bool CanBecomeTask => true;

    protected override (string Parameter, int Seconds)? LongestInTask => ("wait_seconds", WaitLimit.LongestInTask);

    public override ReadOnlySpan<byte> InputSchema => """
        {
          "type": "object",
          "properties": {
            "channel": { "type": "string", "minLength": 1, "description": "Name or id of the channel." },
            "channels": { "type": "array", "items": { "type": "string" }, "description": "More channels, up to 20 in all: the best task of them." },
            "actor": { "type": "string", "minLength": 1, "description": "Your worker name; a good default exists." },
            "lease_seconds": { "type": "integer", "minimum": 30, "maximum": 3600, "default": 300, "description": "If you crash, others get the task after this time: 30 to 3600, default 300; renewed while you live." },
            "wait_seconds": { "type": "integer", "minimum": 0, "maximum": 50, "default": 0, "description": "Wait this long for a task: 0 to 50, default 0." }
          },
          "additionalProperties": false
        }
        """u8;

    public override ReadOnlySpan<byte> OutputSchema => """
        {
          "type": "object",
          "properties": {
            "claimed": { "type": "boolean" },
            "message_id": {},
            "channel": {},
            "content": {},
            "metadata": { "type": "object" },
            "from": { "type": "object" },
            "actor": {},
            "created_at": {},
            "expires_at": {},
            "lease_expires_at": {},
            "files": {},
            "redelivered": { "type": "boolean", "description": "Another worker had it: part may be done." },
            "attempts": {},
            "prerequisites": {},
            "notes": {},
            "reply_to": {},
            "thread": {},
            "owner": {},
            "note": {},
            "next": {}
          },
          "required": ["claimed"]
        }
        """u8;

    protected override async Task<ClaimTaskResult> RunAsync(
        ClaimTaskArguments arguments, BackchannelClient bus, ToolCall call, CancellationToken cancellationToken)
    {
        var names = Names(arguments);
        if (call.Task is not null && !await bus.Connection.Additions.OfferAsync(Additions.ClaimNext, cancellationToken))
        {
            // Another bus could give one task twice where two processes go on with the wait.
            call = call.WithoutTask();
        }

        var limit = WaitLimit.AllowedWait(WaitLimit.Extend(arguments.WaitSeconds ?? 0, MaxWaitSeconds, call), call);
        var started = time.GetTimestamp();
        var state = $"waiting for a task on {ShownText.Name(names[0])}{(names.Count > 1 ? $" and {names.Count - 1} more" : "")}";
        await using var progress = new WaitProgress(call, state, time, cancellationToken);
        var length = TimeSpan.FromSeconds(arguments.LeaseSeconds ?? Limits.DefaultLeaseSeconds);
        var search = new ClaimSearch(lanes, claims, taking, names, arguments.Actor ?? defaultActor.Name, length, cancellationToken) { Task = call.Task };
        var heldBefore = held.Ids();
        var isFirst = true;
        var waits = limit > TimeSpan.Zero;
        var result = await FindAsync() ?? Nothing();
        return telling.Remind(result, heldBefore, call);

        async Task<ClaimTaskResult?> FindAsync()
        {
            try
            {
                return await waiting.UntilAsync(call, limit, LookAsync, cancellationToken);
            }
            catch (OperationCanceledException) when (
                call.InputEnded.IsCancellationRequested && !cancellationToken.IsCancellationRequested && !search.HasLooked)
            {
                // The end of the input ends the wait, and not the look that every call gets.
                if (await LookAsync(TimeSpan.Zero, cancellationToken) is { } found)
                {
                    return found;
                }

                throw;
            }
        }

        async Task<ClaimTaskResult?> LookAsync(TimeSpan wait, CancellationToken look)
        {
            var isBeforeWait = isFirst && waits && call.Task is null && !call.InputEnded.IsCancellationRequested;
            isFirst = false;
            var left = limit - time.GetElapsedTime(started);
            if (await turns.LookAsync(call.Task, wait, left, names, held => search.LookAsync(bus, held, isBeforeWait, look), look) is not var (task, lane))
            {
                return null;
            }

            return await telling.TellAsync(bus, (task, lane), call.MaxResultBytes, cancellationToken);
        }

        ClaimTaskResult Nothing() => search.Missing.Count == names.Count
            ? ClaimTaskResult.NobodyPosted(search.Missing[0].Name, waits, search.Missing[0].Fault)
            : ClaimTaskResult.Nothing(waits, names.Count > 1, search.Paused).WithMissing(search.Missing);
    }

    protected override string AdviceAfterLostAnswer(ClaimTaskArguments arguments, ToolCall call) => call.IsLast
        ? $"A task may have been claimed all the same. It is given back now, if the bus can be reached; if not, others get it {arguments.LeaseSeconds ?? Limits.DefaultLeaseSeconds} s later. Call again."
        : "A task may have been claimed all the same. Call claim_task again for it; if you do not, it is given back to the others.";

    private static List<string> Names(ClaimTaskArguments arguments)
    {
        List<string> names = [.. arguments.Channel is null ? (string[])[] : [arguments.Channel], .. arguments.Channels ?? []];
        return names switch
        {
            [] => throw new ToolException("Say where: channel, or channels for several at once."),
            _ when names.Count > Limits.MaxClaimChannels => throw new ToolException(
                $"Wrong parameter channels: {names.Count} channels in all; at most {Limits.MaxClaimChannels} at once."),
            _ when names.Exists(string.IsNullOrWhiteSpace) => throw new ToolException("Wrong parameter channels: a name is empty."),
            _ => names,
        };
    }
}

internal sealed record ClaimTaskArguments(
    string? Channel = null, IReadOnlyList<string>? Channels = null, string? Actor = null, int? LeaseSeconds = null, int? WaitSeconds = null);
