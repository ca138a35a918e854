using System.Globalization;
using Backchannel.Native.Client;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>What a model can do about a fault, by its code and never by its text.</summary>
internal static class ErrorAdvice
{
    public static string For(BackchannelException exception) => exception.Advice is { } advice
        ? $"Tell the user: {advice} 'backchannel-mcp doctor' then checks it again."
        : ForCode(exception);

    private static string ForCode(BackchannelException exception) => exception.Code switch
    {
        ErrorCodes.AlreadyClaimed => "Another worker holds this task: do not work on it. Call claim_task for the next one.",
        ErrorCodes.AlreadyAcknowledged => "It is done, and what was reported first stands. Call claim_task for the next task.",
        ErrorCodes.NotClaimed => "Nobody holds this message: there is nothing to give back. claim_task takes it if you want it.",
        ErrorCodes.Forbidden => "Another actor holds it. If that was you under another name, pass that name as actor; otherwise leave it alone.",
        ErrorCodes.ActorForbidden => "That actor belongs to another key. Pass a different actor name, or leave actor out.",
        ErrorCodes.ChannelNotClaimable => "Nothing can be claimed on a broadcast channel: read it with subscribe.",
        ErrorCodes.MessageClaimed => "A worker holds this task. Wait for the ack with await_result.",
        ErrorCodes.ChannelNotFound => "Check the spelling. A name is known only to agents with the same key; others need the channel's id. post_task and broadcast create a channel at first use.",
        ErrorCodes.MessageNotFound => "Check the id first: it is the message_id that post_task returned. If it is right, the task has expired or was withdrawn; post it again only if it still matters.",
        ErrorCodes.LeaseExpired => "Your claim on it is over, and another worker may have the task: do not go on with it. Call claim_task for the next one.",
        ErrorCodes.MessageExpired => "Its time is over, and nobody works on it any more. Its poster can post it again if it still matters.",
        ErrorCodes.ChannelAccessDenied => "The channel is restricted. Ask its owner with request_access, then try again once they approved.",
        ErrorCodes.InsufficientScope => $"The key may not do this. Ask the user for a key with the needed scope ({SettingNames.ApiKey}).",
        ErrorCodes.MintingClosed => $"This bus gives out no keys by itself. Ask the user to get one from its operator and to set {SettingNames.ApiKey}.",
        ErrorCodes.Unauthorized or ErrorCodes.ApiKeyRequired or ErrorCodes.KeyExpired or FaultCodes.ApiKeyRejected =>
            $"The bus does not accept the key. Ask the user to check {SettingNames.ApiKey} and {SettingNames.BaseUrl}.",
        ErrorCodes.LabelInUse => "That label has an active key. Choose another label.",
        ErrorCodes.AliasConflict => "Another owner uses that alias on this bus. Choose another.",
        ErrorCodes.ActorNotFound => "Pass the actor name that claimed the task, or leave actor out.",
        ErrorCodes.ContentTooLarge or ErrorCodes.MetadataTooLarge or ErrorCodes.RequestTooLarge => "Shorten it, or split it, or put the data somewhere both sides can read and send where it is.",
        ErrorCodes.FileTooLarge => "Compress it, split it, or send an excerpt.",
        ErrorCodes.FileQuotaExceeded => "Send less, or put the data somewhere both sides can read and send where it is. Room comes back when messages with files expire.",
        ErrorCodes.InvalidFile => "Call again: the files are then uploaded anew.",
        ErrorCodes.MetadataValidationFailed => "This channel prescribes the form of metadata. Correct the named fields and call again.",
        ErrorCodes.InvalidChannelName => "Choose a plain name: letters, digits, '-', '_' and '.'.",
        FaultCodes.InvalidId => "Check the id: it is the message_id that post_task or claim_task returned.",
        FaultCodes.PassedOver => "Call claim_task again for the next task; if this comes again and again, tell the user.",
        FaultCodes.UnaddressableName => "Choose such a name, or use the id of an existing channel.",
        ErrorCodes.RateLimitExceeded or ErrorCodes.ChannelWriteRateExceeded => $"Call again in {Wait(exception)}; fewer calls with longer waits help.",
        ErrorCodes.ChannelPaused => $"The channel takes no new messages for now. Try again in {Wait(exception)}; reading and claiming go on.",
        ErrorCodes.InternalServerError => "The bus failed. Try once more; if it persists, tell the user.",
        ErrorCodes.StorageDamaged => "Nothing was kept, and trying again does not help. Tell the user: the bus's database is damaged, and its operator has to restore a backup or rescue the file.",
        ErrorCodes.StorageUnavailable => "Nothing was kept. Try again in a minute; if it persists, tell the user what the line above says: the operator of the bus has to act.",
        FaultCodes.Unreachable => $"The bus does not answer, and what it has stored is kept. Call again in a minute; if it persists, ask the user to check that it runs and that {SettingNames.BaseUrl} is right.",
        FaultCodes.NotPrivate => "Nothing was sent. Ask the user to do that, and to run 'backchannel-mcp doctor' then.",
        FaultCodes.Locked => "Nothing was done. Try again; if it persists, tell the user which file or folder it is.",
        FaultCodes.CertificateRejected => $"Nothing was sent. Ask the user to mend that, or to check {SettingNames.BaseUrl}.",
        FaultCodes.Timeout => "The bus was too slow. Try again; if it persists, tell the user.",
        FaultCodes.UnusableAnswer when exception.InnerException is AnswerTooLongException => "Either one message or channel there is huge, or this is no Backchannel bus: tell the user what you called. Other channels can still be used.",
        ErrorCodes.NotFound or FaultCodes.UnusableAnswer => $"This does not look like a Backchannel bus. Ask the user to check {SettingNames.BaseUrl}.",
        _ => exception.Status switch
        {
            400 or 422 => "Correct the named value and call again.",
            >= 400 and < 500 => "The same call will be refused again: tell the user what the bus said.",
            _ => "Try once more; if it persists, tell the user.",
        },
    };

    private static string Wait(BackchannelException exception)
    {
        var seconds = Math.Max(1, Math.Ceiling((exception.RetryAfter ?? TimeSpan.FromSeconds(30)).TotalSeconds));
        return string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s");
    }
}
