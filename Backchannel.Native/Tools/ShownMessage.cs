using System.Text.Json;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>A message as <c>subscribe</c> shows it.</summary>
/// <param name="State">Of a task: one of <see cref="TaskStates"/>.</param>
/// <param name="ClaimedBy">Name of the actor that holds it.</param>
/// <param name="AcknowledgedBy">Names of the actors that reported it as done, the first of them where there are many.</param>
/// <param name="ReplyTo">Id of the message that it answers.</param>
/// <param name="Thread">Id of the first message of that chain, if that is another one.</param>
/// <param name="Note">What of it is left out, and how to get it.</param>
internal sealed record ShownMessage(
    string MessageId,
    string Content,
    string CreatedAt,
    string ExpiresAt,
    string? State = null,
    JsonElement? Metadata = null,
    Sender? From = null,
    string? ClaimedBy = null,
    IReadOnlyList<string>? AcknowledgedBy = null,
    string? ReplyTo = null,
    string? Thread = null,
    string? Note = null)
{
    /// <summary>Anybody with access can acknowledge any message, so there can be thousands.</summary>
    private const int MostAcknowledgements = 20;

    /// <summary>For the sentence that says what is left out.</summary>
    private const int NoteBytes = 500;

    /// <summary>Bytes that it takes in a result.</summary>
    public int Measure() => JsonSize.Of(this, ResultsJsonContext.Default.ShownMessage);

    /// <param name="isTask">Whether it is on a channel where messages are claimed.</param>
    public static ShownMessage Of(Message message, bool isTask) => new(
        message.Id,
        message.Content,
        message.CreatedAt,
        message.ExpiresAt,
        isTask ? StateOf(message) : null,
        message.ShownMetadata(),
        Sender.Of(message),
        ShownText.Name(message.ClaimedBy?.Name),
        message.AcknowledgedBy is [] ? null : [.. AcknowledgedNames(message.AcknowledgedBy)],
        message.ReplyTo,
        message.LongerThread());

    /// <summary>The message alone in a result: content and metadata are cut as far as they have to be.</summary>
    public static ShownMessage Of(Message message, bool isTask, int maxBytes)
    {
        var whole = Of(message, isTask);
        if (whole.Measure() <= maxBytes)
        {
            return whole;
        }

        var frame = whole with { Content = "", Metadata = null };
        var fitted = FittedMessage.Of(message, maxBytes - frame.Measure() - NoteBytes);
        return frame with { Content = fitted.Content, Metadata = fitted.Metadata, Note = fitted.Note };
    }

    /// <summary>As far as the message itself tells: one that waits, has failed or was cancelled looks open.</summary>
    private static string StateOf(Message message) => message switch
    {
        { AcknowledgedBy.Count: > 0 } => TaskStates.Acknowledged,
        { ClaimedBy: not null } => TaskStates.Claimed,
        _ => TaskStates.Open,
    };

    private static IEnumerable<string> AcknowledgedNames(IReadOnlyList<Acknowledgement> acknowledgements)
    {
        var names = acknowledgements.Take(MostAcknowledgements).Select(ack => ShownText.Name(ack.Name) ?? ack.Id);
        return acknowledgements.Count <= MostAcknowledgements ? names : names.Append($"and {acknowledgements.Count - MostAcknowledgements} more");
    }
}
