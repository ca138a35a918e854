using System.Buffers;
using System.Text.Json;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The checks of a channel's settings, for creating and patching.</summary>
internal static class ChannelFields
{
    private const int MinTtlSeconds = 300;
    private const int MaxTtlSeconds = 2_592_000;
    private const int MaxRetentionDays = 365;
    private const int MaxCount = 1_000_000;

    // Control characters, invisible characters, and those that change the reading direction.
    private static readonly SearchValues<char> Refused = SearchValues.Create(
        [
            .. Enumerable.Range(0, 0x20).Select(code => (char)code), '\u007f', '\u00ad', '\u061c', '\u200b', '\u200c', '\u200d', '\u200e', '\u200f',
            '\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2060', '\u2061', '\u2062', '\u2063', '\u2064', '\u2066', '\u2067', '\u2068',
            '\u2069', '\ufeff',
        ]);

    public static string Name(JsonFields fields)
    {
        var name = fields.RequiredString("name");
        RequireValidName(name);
        return name;
    }

    public static void RequireValidName(string name)
    {
        if (name.EnumerateRunes().Count() > Limits.MaxChannelNameLength || name.AsSpan().ContainsAny(Refused))
        {
            throw new ApiException(
                422,
                ErrorCodes.InvalidChannelName,
                $"A channel's name has at most {Limits.MaxChannelNameLength} characters, none of them control, invisible or direction characters.");
        }
    }

    public static string Mode(JsonFields fields) =>
        fields.RequiredString("mode") is var mode && mode is ChannelMode.Broadcast or ChannelMode.Claimable
            ? mode
            : throw new ApiException(422, ErrorCodes.InvalidMode, $"'mode' is {ChannelMode.Broadcast} or {ChannelMode.Claimable}.");

    public static string? Access(JsonFields fields)
    {
        if (!fields.TryGet("access", out var value))
        {
            return null;
        }

        var access = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return access is ChannelAccess.Open or ChannelAccess.Restricted
            ? access
            : throw new ApiException(422, ErrorCodes.InvalidAccess, $"'access' is {ChannelAccess.Open} or {ChannelAccess.Restricted}.");
    }

    public static int? TtlSeconds(JsonFields fields) =>
        fields.OptionalInt32("ttl_seconds", MinTtlSeconds, MaxTtlSeconds, ErrorCodes.InvalidTtlSeconds);

    public static int? RetentionDays(JsonFields fields) =>
        fields.OptionalInt32("retention_days", 1, MaxRetentionDays, ErrorCodes.InvalidRetentionDays);

    public static int? MaxMessages(JsonFields fields) => fields.OptionalInt32("max_messages", 1, MaxCount, ErrorCodes.InvalidMaxMessages);

    public static int? MaxWritesPerMinute(JsonFields fields) =>
        fields.OptionalInt32("max_writes_per_minute", 1, MaxCount, ErrorCodes.InvalidMaxWritesPerMinute);

    /// <summary>Ids or aliases of related channels; null when they are not given.</summary>
    public static IReadOnlyList<string>? RelatedChannels(JsonFields fields)
    {
        if (!fields.TryGet("related_channels", out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return list.ValueKind == JsonValueKind.Array && list.GetArrayLength() <= Limits.MaxReferences
            ? [.. list.EnumerateArray().Select(item => JsonFields.NonBlank("related_channels", item))]
            : throw new ApiException(422, ErrorCodes.InvalidRelatedChannels, $"'related_channels' has to be a list of at most {Limits.MaxReferences} channel ids or aliases.");
    }

    public static IReadOnlyList<long> Resolve(StorageSession storage, IReadOnlyList<string> references) =>
        [.. references.Select(reference => storage.Channels.FindByIdOrAlias(reference)?.Number ?? throw Refusal.ChannelNotFound())];
}
