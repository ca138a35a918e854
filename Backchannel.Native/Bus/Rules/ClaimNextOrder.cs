using System.Text.Json;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>What a request for the best open task of some channels asks for.</summary>
/// <param name="Channels">Ids, aliases or names, as the caller wrote them.</param>
/// <param name="Wait">How long to wait for a task while there is none.</param>
/// <param name="Digest">Of the key that makes repetitions one claim; null: the caller sent none.</param>
/// <param name="OnlyRepeats">Whether to look only for the claim that an earlier request with the same key got.</param>
internal sealed record ClaimNextOrder(
    ApiKeyRecord Key, IReadOnlyList<string> Channels, ClaimFields Fields, int LeaseSeconds, TimeSpan Wait, KeyDigest? Digest, bool OnlyRepeats)
{
    /// <summary>The hash of the caller's session, which it has to name.</summary>
    public required string Session { get; init; }

    /// <summary>Ids of the keys whose tasks are meant; empty: whoever posted them.</summary>
    public IReadOnlyList<string> PostedBy { get; init; } = [];

    /// <summary>Where it is kept that a request of another process than the first got the claim. Null: this is a request of the first process.</summary>
    public KeyDigest? ResumedDigest { get; init; }

    /// <inheritdoc cref="ResumedDigest"/>
    public static KeyDigest DigestOfResumption(string keyId, string idempotencyKey) => KeyDigest.Of(keyId, idempotencyKey + " resumed");

    /// <summary>The task that is done, reported with the claim; null: none.</summary>
    public TaskBeforeNext? Before { get; init; }

    public static ClaimNextOrder Read(ApiKeyRecord key, JsonFields fields, string? idempotencyKey, BusOptions options)
    {
        var session = SessionSecret.Require(fields);
        var channels = ReadChannels(fields);
        var claim = ClaimFields.Read(fields);
        return new(
            key,
            channels,
            claim,
            ClaimFields.LeaseSeconds(fields),
            fields.Wait("wait"),
            idempotencyKey is null ? null : KeyDigest.Of(key.KeyId, idempotencyKey),
            OnlyRepeated(fields, idempotencyKey))
        {
            Session = session,
            PostedBy = ReadPosters(fields),
            Before = TaskBeforeNext.Read(fields, claim, options),
            ResumedDigest = idempotencyKey is not null && fields.OptionalBoolean("resumed", ErrorCodes.InvalidField) is true
                ? DigestOfResumption(key.KeyId, idempotencyKey)
                : null,
        };
    }

    private static bool OnlyRepeated(JsonFields fields, string? idempotencyKey)
    {
        var isAsked = fields.OptionalBoolean("only_repeats", ErrorCodes.InvalidField) is true;
        return !isAsked || idempotencyKey is not null
            ? isAsked
            : throw new ApiException(422, ErrorCodes.InvalidField, "'only_repeats' comes with the Idempotency-Key of the claim that it looks for.");
    }

    private static List<string> ReadChannels(JsonFields fields)
    {
        if (!fields.TryGet("channels", out var list))
        {
            throw new ApiException(422, ErrorCodes.MissingField, "'channels' is required.");
        }

        return list.ValueKind == JsonValueKind.Array && list.GetArrayLength() is >= 1 and <= Limits.MaxClaimChannels
            ? [.. list.EnumerateArray().Select(static item => JsonFields.NonBlank("channels", item)).Distinct()]
            : throw new ApiException(
                422, ErrorCodes.InvalidField, $"'channels' has to be a list of 1 to {Limits.MaxClaimChannels} ids, aliases or names of channels.");
    }

    private static List<string> ReadPosters(JsonFields fields) => !fields.TryGet("posted_by", out var list)
        ? []
        : list.ValueKind == JsonValueKind.Array && list.GetArrayLength() is >= 1 and <= Limits.MaxClaimPosters
            ? [.. list.EnumerateArray().Select(static item => JsonFields.NonBlank("posted_by", item)).Distinct()]
            : throw new ApiException(422, ErrorCodes.InvalidField, $"'posted_by' has to be a list of 1 to {Limits.MaxClaimPosters} ids of keys.");
}
