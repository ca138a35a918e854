using System.Buffers;
using System.Text.Json;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Files;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>The files that a post or a result names, checked as far as possible before the bytes are looked up.</summary>
internal sealed class FileReferences
{
    /// <summary>Of the messages that name a file, so many are looked at for one that the key may read: a bound for the time that a guess takes.</summary>
    private const int MessagesLookedAt = 100;

    private const int MaxMediaTypeLength = 100;
    private const int Sha256Digits = 64;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private readonly List<FileReference> files;
    private readonly BusOptions options;

    private FileReferences(List<FileReference> files, BusOptions options)
    {
        this.files = files;
        this.options = options;
    }

    /// <summary>Reads the member <c>files</c>.</summary>
    /// <returns>Null where it is absent, null or empty.</returns>
    /// <exception cref="ApiException">It is not of the contract's form.</exception>
    public static FileReferences? Read(JsonFields fields, BusOptions options)
    {
        if (!fields.TryGet("files", out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > Limits.MaxFiles)
        {
            throw Invalid($"'files' has to be a list of at most {Limits.MaxFiles} objects with name, media_type, bytes and sha256.");
        }

        var files = list.EnumerateArray().Select(Read).ToList();
        return files.Count > 0 ? new FileReferences(files, options) : null;
    }

    /// <summary>Looks the bytes up. Call it before the write stores anything.</summary>
    /// <exception cref="ApiException">The key may not name some of them, or they are above its quota.</exception>
    public NamedFiles Require(WriteContext context, ApiKeyRecord key)
    {
        var named = files.Select((file, position) => new NamedFile(file, Find(context, key, file) ?? throw Unknown(position))).ToList();
        var added = named.DistinctBy(file => file.Number)
            .Where(file => !context.Storage.Files.Counts(key.KeyId, file.Number, context.Now)).ToList();
        if (added.Count > 0)
        {
            FileQuota.Require(context, options, key, added.Sum(file => file.Reference.Bytes), added.Count);
        }

        return new NamedFiles(key, named);
    }

    /// <summary>Whether a stored message names the same files.</summary>
    public static bool AreThoseOf(FileReferences? references, StorageSession storage, MessageRecord message) =>
        (references?.files ?? []).SequenceEqual(message.Files(storage) ?? []);

    private static long? Find(WriteContext context, ApiKeyRecord key, FileReference reference)
    {
        // The same questions for bytes that nobody has as for those of others: no difference in time tells them apart.
        var storage = context.Storage;
        var found = storage.Files.FindExact(reference.Sha256, reference.Bytes);
        var file = found ?? 0;
        return storage.Files.IsUploadOf(key.KeyId, file, context.Now) | MayRead(storage, key, file) ? found : null;
    }

    private static bool MayRead(StorageSession storage, ApiKeyRecord key, long file) =>
        key.Scopes?.Contains(Scopes.MessagesRead) is not false
        && storage.Files.ChannelsNaming(file, MessagesLookedAt)
            .Any(number => storage.Channels.FindByNumber(number) is { } channel && storage.MayUse(key, channel));

    private static FileReference Read(JsonElement item, int position)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            throw Invalid($"files[{position}] has to be an object.");
        }

        var name = Text(item, "name") is { Length: > 0 } given ? given : throw Invalid($"files[{position}].name has to be a string that is not blank.");
        var sha256 = Text(item, "sha256");
        if (sha256.Length != Sha256Digits || sha256.AsSpan().ContainsAnyExcept(HexDigits))
        {
            throw Invalid($"files[{position}].sha256 has to be {Sha256Digits} hexadecimal digits in lower case.");
        }

        if (!item.TryGetProperty("bytes", out var bytes) || bytes.ValueKind != JsonValueKind.Number || !bytes.TryGetInt64(out var length) || length < 0)
        {
            throw Invalid($"files[{position}].bytes has to be a whole number: the length of the file.");
        }

        return new FileReference(SafeFileName.Of(name, Limits.MaxFileNameBytes), length, sha256, MediaType(item, position));
    }

    private static string? MediaType(JsonElement item, int position)
    {
        if (!item.TryGetProperty("media_type", out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var text = Text(item, "media_type");
        return text.Length is > 0 and <= MaxMediaTypeLength && text.IndexOf('/') is > 0 and var slash && slash < text.Length - 1
            && !text.AsSpan().ContainsAnyExceptInRange(' ', '~')
                ? text
                : throw Invalid($"files[{position}].media_type has to be a media type such as image/png, of at most {MaxMediaTypeLength} characters.");
    }

    private static string Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()!.Trim() : "";

    // One text for what is not there and for what belongs to others.
    private static ApiException Unknown(int position) => Invalid(
        $"files[{position}] names bytes that this key has neither uploaded within the last hour nor may read in a message, or their number is another. "
        + $"Upload them with PUT {Routes.Files}, then send this again.");

    private static ApiException Invalid(string message) => new(422, ErrorCodes.InvalidFile, message);
}
