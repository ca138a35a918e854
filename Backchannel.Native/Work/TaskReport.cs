using System.Buffers;
using System.Text.Json;
using Backchannel.Native.Client;
using Backchannel.Native.Files;
using Backchannel.Native.Text;
using Backchannel.Native.Tools;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Work;

/// <summary>Tells the bus how a run ended, as often as it takes: the work is done, and its result must not be lost to a bus that restarts.</summary>
internal sealed class TaskReport(BackchannelClient bus, HeldLeases held, ResultPublisher results, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Below <see cref="TaskLimits.MaxReasonBytes"/> of JSON, which may spell a byte in six.</summary>
    public const int MaxReasonLength = 650;

    /// <summary>Of an agent's session id: the bus takes no longer metadata, and a result must not be lost to it.</summary>
    private const int MaxSessionLength = 500;

    /// <summary>Told why a result has not been reported yet, once for each reason.</summary>
    public Action<string> Delayed { get; init; } = static _ => { };

    /// <param name="giveUp">Ends the attempts: the runner has no time left.</param>
    /// <returns>What was reported in the end, or that nothing was.</returns>
    public async Task<RunOutcome> SendAsync(HeldLease lease, RunOutcome outcome, CancellationToken giveUp)
    {
        var pause = FirstPause;
        var told = "";
        while (true)
        {
            try
            {
                await TrySendAsync(lease, outcome, giveUp);
                held.Forget(lease.MessageId);
                return outcome;
            }
            catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
            {
                // Still held: the end of the process gives it back, unless the bus has taken the report.
                return NotReported("the runner ended before the bus had answered");
            }
            catch (BackchannelException fault) when (IsPassing(fault))
            {
                if (fault.Message != told)
                {
                    Delayed($"the result of task {lease.MessageId} is not reported yet: {fault.Message}; trying again");
                    told = fault.Message;
                }

                // The lease is renewed meanwhile.
                await Task.Delay(fault.RetryAfter > pause ? fault.RetryAfter.Value : pause, time, giveUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                if (giveUp.IsCancellationRequested || held.Find(lease.MessageId) is null or { IsLost: true })
                {
                    held.Forget(lease.MessageId);
                    return NotReported(fault.Message);
                }
            }
            catch (BackchannelException refusal) when (outcome.Kind == RunOutcomeKind.Acknowledged && refusal.Status is 413 or 422 or 429)
            {
                // The result as it is cannot be taken: the poster hears that rather than nothing.
                outcome = RunOutcome.Failed($"The command succeeded, and the bus refused its result: {refusal.Message}");
            }
            catch (BackchannelException refusal)
            {
                held.Forget(lease.MessageId);
                return NotReported(refusal.Message);
            }
        }
    }

    private static bool IsPassing(BackchannelException fault) =>
        fault.Status is null or >= 500 or 408 or 429 && fault.Code is not (FaultCodes.InvalidId or ErrorCodes.FileQuotaExceeded);

    private static RunOutcome NotReported(string why) => new(RunOutcomeKind.Lost, $"not reported: {why}");

    private async Task TrySendAsync(HeldLease lease, RunOutcome outcome, CancellationToken giveUp)
    {
        if (outcome.Kind == RunOutcomeKind.GivenBack)
        {
            await held.GiveBackAsync(lease);
            return;
        }

        var files = outcome.Kind == RunOutcomeKind.Acknowledged ? await UploadAsync(outcome, giveUp) : null;
        if (lease.Session is { } session)
        {
            var request = outcome.Kind == RunOutcomeKind.Acknowledged
                ? new FinishRequest(
                    session.Secret, AttemptOutcomes.Acknowledged, lease.Actor.Id, lease.LeaseToken, outcome.Text, Metadata(outcome), Files: files)
                : new FinishRequest(
                    session.Secret, AttemptOutcomes.Failed, lease.Actor.Id, lease.LeaseToken, Reason: Reason(outcome.Text), Retry: outcome.Kind == RunOutcomeKind.ToRetry);
            if (await FinishAsync(lease.MessageId, request, giveUp) is not null)
            {
                return;
            }
        }

        await SendPlainAsync(lease, outcome, giveUp);
    }

    private Task<LifeOutcome?> FinishAsync(string messageId, FinishRequest request, CancellationToken giveUp)
    {
        return held.Spans is { } spans ? spans.SettleAsync(bus, messageId, request.Outcome, SendAsync) : SendAsync(bus);

        Task<LifeOutcome?> SendAsync(BackchannelClient bus) =>
            bus.Connection.Additions.UseAsync(Additions.TaskLife, () => bus.FinishAsync(messageId, request, giveUp), giveUp);
    }

    /// <summary>To a bus that knows no failures: the task is given back instead.</summary>
    private async Task SendPlainAsync(HeldLease lease, RunOutcome outcome, CancellationToken giveUp)
    {
        if (outcome.Kind != RunOutcomeKind.Acknowledged)
        {
            await held.GiveBackAsync(lease);
            return;
        }

        await results.PublishAsync(bus, lease.MessageId, lease.Actor, outcome.Text ?? "", Metadata(outcome), giveUp);
        await bus.AcknowledgeAsync(lease.MessageId, lease.Actor.Id, null, null, null, lease.Session, giveUp);
    }

    private async Task<IReadOnlyList<FileReference>?> UploadAsync(RunOutcome outcome, CancellationToken giveUp)
    {
        if ((outcome.Files.Count == 0 && outcome.Output is null) || outcome.Folder is not { } folder || !await bus.Connection.Additions.OfferAsync(Additions.TaskFiles, giveUp))
        {
            return null;
        }

        var sent = new List<FileReference>();
        if (outcome.Output is var (open, length))
        {
            sent.Add(await UploadAsync(RunOutcome.OutputName, open, length, giveUp));
        }

        foreach (var path in outcome.Files)
        {
            using var file = folder.Open(path);
            if (file is not null)
            {
                sent.Add(await UploadAsync(Path.GetFileName(path), file.Read, file.Length, giveUp));
            }
        }

        return sent;
    }

    private async Task<FileReference> UploadAsync(string name, Func<Stream> open, long length, CancellationToken giveUp)
    {
        var uploaded = await bus.UploadFileAsync(open, length, giveUp);
        return new(SafeFileName.Of(name, Limits.MaxFileNameBytes), uploaded.Bytes, uploaded.Sha256, MediaTypes.Of(name));
    }

    private static JsonElement? Metadata(RunOutcome outcome)
    {
        if (outcome.AgentSession is not { } session)
        {
            return null;
        }

        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("agent_session", WholeCharacters.Start(session, MaxSessionLength));
            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(json.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static string Reason(string? text) => WholeCharacters.Start(text is { Length: > 0 } ? text : "No reason was given.", MaxReasonLength);
}
