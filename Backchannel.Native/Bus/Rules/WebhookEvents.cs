using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Queues the events for webhooks, in the transaction of the write that they report.</summary>
internal static class WebhookEvents
{
    /// <summary>Tells the channel's webhook and those of the mentioned actors about a new message.</summary>
    public static void Posted(WriteContext context, ChannelRecord channel, MessageRecord message, IReadOnlyList<ActorRecord> mentioned)
    {
        if (channel.WebhookUrl is null && mentioned.Count == 0)
        {
            return;
        }

        var view = message.ToWire(context.Storage, channel.Id, context.Now);
        if (channel.WebhookUrl is { } url)
        {
            Queue(context, url, channel.WebhookSecret, new MessageEvent(view), WireJsonContext.Default.MessageEvent);
        }

        foreach (var actor in mentioned)
        {
            if (context.Storage.Webhooks.Find(actor.Number) is { } webhook
                && context.Storage.Webhooks.TryMention(channel.Number, actor.Number, context.Now))
            {
                Queue(context, webhook.Url, webhook.Secret, new MentionEvent(view, actor.Id), WireJsonContext.Default.MentionEvent);
            }
        }
    }

    /// <summary>Tells the channel's webhook that an access request was granted.</summary>
    public static void Approved(WriteContext context, ChannelRecord channel, string memberKeyId, string approvedBy)
    {
        if (channel.WebhookUrl is { } url)
        {
            Queue(context, url, channel.WebhookSecret, new ApprovalEvent(channel.Id, memberKeyId, approvedBy), WireJsonContext.Default.ApprovalEvent);
        }
    }

    /// <summary>Whether a text is an address that events can go to.</summary>
    public static bool IsTarget(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);

    /// <summary>Queues an event, unless the address is none that events can go to.</summary>
    public static void Queue<T>(WriteContext context, string url, string? secret, T body, JsonTypeInfo<T> type)
    {
        // The contract accepts any text as a channel's webhook address.
        if (IsTarget(url))
        {
            context.Storage.Webhooks.Add(url, secret, ReadableJson.Write(writer => JsonSerializer.Serialize(writer, body, type)).Span, context.Now);
            context.Changed(Change.OfWebhooks);
        }
    }
}
