using System.Collections.Concurrent;
using Backchannel.Native.Client;
using Backchannel.Native.Telemetry;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>
/// The spans of tasks that this process posts and works on, named as OpenTelemetry names those of messages
/// (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/): send, receive, process and settle, all in the trace of the post.
/// </summary>
/// <param name="lanes">Knows the names of channels.</param>
internal sealed class TaskSpans(Tracer tracer, Lanes lanes)
{
    private readonly ConcurrentDictionary<string, Run> runs = new();

    /// <summary>Posts within a span, whose place in the trace the request names.</summary>
    public async Task<PostedToLane> SendAsync(BackchannelClient bus, Channel channel, Func<BackchannelClient, Task<PostedToLane>> request)
    {
        using var span = Begin(SpanKind.Producer, "send", channel.Name, null, TraceContext.Parse(bus.TraceParent));
        var posted = await RunAsync(span, bus, request);
        span.Set("messaging.message.id", posted.Message.Id);
        return posted;
    }

    /// <summary>A task was claimed: its claim was a span, and working on it is another one, until <see cref="Ended"/>.</summary>
    public void Claimed(HeldLease lease)
    {
        if (TraceContext.Parse(lease.TraceParent) is not { } post)
        {
            return;
        }

        var channel = lanes.NameOf(lease.ChannelId) ?? lease.ChannelId;
        Begin(SpanKind.Client, "receive", channel, lease.MessageId, post, lease.AskedAt).Dispose();

        // A command in a shell ends with its call: the work goes on outside.
        var process = lease.Session is { IsDetached: true } ? null : Begin(SpanKind.Consumer, "process", channel, lease.MessageId, post);
        runs[lease.MessageId] = new(process, process?.Context ?? post, channel);
    }

    /// <summary>Ends an attempt at a task within a span.</summary>
    /// <param name="outcome">One of <see cref="AttemptOutcomes"/>, if the bus takes the request.</param>
    /// <param name="request">Gives null where the bus knows no such request.</param>
    public async Task<T> SettleAsync<T>(BackchannelClient bus, string messageId, string outcome, Func<BackchannelClient, Task<T>> request)
    {
        if (!runs.TryGetValue(messageId, out var run))
        {
            return await request(bus);
        }

        T settled;
        using (var span = Begin(SpanKind.Client, "settle", run.Channel, messageId, run.Place))
        {
            span.Set("backchannel.outcome", outcome);
            settled = await RunAsync(span, bus, request);
        }

        if (settled is not null)
        {
            Ended(messageId, outcome);
        }

        return settled;
    }

    /// <summary>The work on a task has ended; does nothing where none goes on.</summary>
    /// <param name="outcome">How it ended; null: that is not known here.</param>
    public void Ended(string messageId, string? outcome = null)
    {
        if (runs.TryRemove(messageId, out var run) && run.Process is { } process)
        {
            process.Set("backchannel.outcome", outcome);
            process.Error = outcome is AttemptOutcomes.Acknowledged or AttemptOutcomes.Released ? null : outcome;
            process.Dispose();
        }
    }

    private Span Begin(SpanKind kind, string operation, string channel, string? messageId, TraceContext? parent, DateTimeOffset? start = null)
    {
        var span = tracer.Begin(kind, $"{operation} {channel}", parent, start);
        span.Set("messaging.system", "backchannel");
        span.Set("messaging.operation.name", operation);
        span.Set("messaging.operation.type", operation);
        span.Set("messaging.destination.name", channel);
        span.Set("messaging.message.id", messageId);
        return span;
    }

    private static async Task<T> RunAsync<T>(Span span, BackchannelClient bus, Func<BackchannelClient, Task<T>> request)
    {
        try
        {
            return await request(bus.WithTraceParent(span.Context.ToString()));
        }
        catch (BackchannelException fault)
        {
            // Never its text: that may repeat what was sent.
            span.Error = fault.Code ?? "_OTHER";
            throw;
        }
    }

    /// <param name="Process">Null: the work is not done in this process.</param>
    /// <param name="Place">What the end of the work continues.</param>
    private sealed record Run(Span? Process, TraceContext Place, string Channel);
}
