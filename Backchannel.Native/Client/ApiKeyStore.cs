using System.Globalization;
using Backchannel.Native.Files;

namespace Backchannel.Native.Client;

/// <summary>The key files, one per bus, readable by their owner only.</summary>
/// <remarks>
/// <c>key</c> holds the raw key and nothing else, as the Python package writes it; <c>key.origin</c> says which bus it belongs to.
/// Keys of other buses lie in <c>keys/</c>, those that a bus rejected beside the ones that replaced them. Every method throws <see cref="IOException"/> or
/// <see cref="UnauthorizedAccessException"/> where the files cannot be used.
/// </remarks>
internal sealed class ApiKeyStore(string folder, BusOrigin origin, TimeProvider time)
{
    private const int MaxFileBytes = 4096;

    /// <summary>Its holder alone changes the files.</summary>
    public string LockFile { get; } = Path.Combine(folder, "key.lock");

    public string Folder => folder;

    private string MainFile { get; } = Path.Combine(folder, "key");

    private string OriginFile { get; } = Path.Combine(folder, "key.origin");

    /// <summary>All addresses of the bus; the key may lie in the place of each.</summary>
    private List<BusOrigin> Origins { get; } = [origin, .. origin.Others];

    /// <summary>The key of this bus, if there is one.</summary>
    public StoredKey Find()
    {
        HomeFiles.RequireOwn(folder);
        while (true)
        {
            var recorded = ReadOrigin();
            var found = FindGiven(recorded);

            // Between the two reads another process may have put a key of its own bus here, and its name beside it.
            if (ReadOrigin() == recorded)
            {
                return found;
            }
        }
    }

    /// <summary>Puts a new key in this bus's place. Another one that lies there is kept beside it.</summary>
    /// <remarks>Call under the lock. A key whose bus nobody recorded is left alone: it may belong to another.</remarks>
    /// <returns>Where the other one is kept; null: there was none.</returns>
    public string? Save(ApiKey key)
    {
        var recorded = ReadOrigin();
        var old = FindGiven(recorded).Key;
        if (origin.MayUseMainFile && (IsOurs(recorded) || (recorded is null && ReadKey(MainFile) is not { Key: not null })))
        {
            PrivateFiles.CreateFolder(folder);
            if (recorded is null)
            {
                // The bus is recorded before the key is written: at no moment can the key be taken for another bus's.
                PrivateFiles.Replace(OriginFile, origin.Text);
            }

            var kept = Replace(MainFile, key);
            return Spread(key, old) ?? kept;
        }

        PrivateFiles.CreateFolder(Path.Combine(folder, "keys"));
        var replaced = Replace(OwnFile(origin), key);
        return Spread(key, old) ?? replaced;
    }

    /// <summary>Records that the key in <c>key</c> belongs to this bus, unless something was recorded or the key is another by now.</summary>
    /// <remarks>Call under the lock.</remarks>
    public void RecordOrigin(ApiKey key)
    {
        if (origin.MayUseMainFile && ReadOrigin() is null && key.Equals(ReadKey(MainFile)?.Key))
        {
            PrivateFiles.Replace(OriginFile, origin.Text);
        }

        if (key.Equals(FindGiven(ReadOrigin()).Key))
        {
            Spread(key, old: null);
        }
    }

    /// <summary>Keeps other processes from changing the files.</summary>
    /// <param name="timeout">Longest wait for them; zero: one try.</param>
    /// <exception cref="BackchannelException">Another process held the lock all the time.</exception>
    public Task<FileLock> LockAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        FileLock.AcquireAsync(LockFile, timeout, time, cancellationToken);

    private string? Replace(string path, ApiKey key)
    {
        var kept = ReadKey(path) is { Key: { } old } && !old.Equals(key) ? Keep(path, old) : null;
        PrivateFiles.Replace(path, key.Value);
        return kept;
    }

    /// <summary>Writes a key that is about to be replaced into a file of its own; an earlier one stays.</summary>
    private string Keep(string path, ApiKey old)
    {
        var stem = $"{path}.rejected-{time.GetUtcNow().UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture)}";
        var beside = stem;
        for (var number = 2; Path.Exists(beside); number++)
        {
            beside = string.Create(CultureInfo.InvariantCulture, $"{stem}-{number}");
        }

        PrivateFiles.Replace(beside, old.Value);
        return beside;
    }

    /// <summary>Puts the key in the place of each further address, so that it is found when the others are no longer listed. Another key there stays.</summary>
    /// <param name="old">A key that it takes the place of; null: none.</param>
    /// <returns>Where the old one is kept; null: there was none.</returns>
    private string? Spread(ApiKey key, ApiKey? old)
    {
        string? kept = null;
        foreach (var path in Origins.Where(_ => origin.Others.Count > 0).Where(address => address.Text != ReadOrigin()).Select(OwnFile))
        {
            if (ReadKey(path)?.Key is not { } there || there.Equals(old))
            {
                PrivateFiles.CreateFolder(Path.Combine(folder, "keys"));
                kept = Replace(path, key) ?? kept;
            }
        }

        return kept;
    }

    private StoredKey FindGiven(string? recorded)
    {
        var own = Origins.Select(OwnFile);
        var places = IsOurs(recorded) ? own.Prepend(MainFile) : own;
        var found = places.Select(ReadKey).FirstOrDefault(static stored => stored?.Key is not null) ?? places.Select(ReadKey).FirstOrDefault(static stored => stored is not null);
        if (found is not null || recorded is not null || !origin.MayUseMainFile)
        {
            return found is null ? new(null, OriginKnown: true) : found with { OriginKnown = IsSpread(recorded) };
        }

        return ReadKey(MainFile) is { } main ? main with { OriginKnown = false } : new(null, OriginKnown: true);
    }

    private bool IsOurs(string? recorded) => origin.MayUseMainFile && Origins.Any(address => address.Text == recorded);

    private bool IsSpread(string? recorded) => origin.Others.Count == 0 || Origins.All(address => address.Text == recorded || Path.Exists(OwnFile(address)));

    private string OwnFile(BusOrigin address) => Path.Combine(folder, "keys", address.FileName);

    private string? ReadOrigin() => ReadText(OriginFile)?.Trim().TrimEnd('/') is { Length: > 0 } text ? text : null;

    /// <returns>Null: no file, or an empty one.</returns>
    private static StoredKey? ReadKey(string path)
    {
        var text = ReadText(path);
        return string.IsNullOrWhiteSpace(text) ? null
            : ApiKey.TryParse(text, out var key) ? new(key, OriginKnown: true) { File = path }
            : new(null, OriginKnown: true, path);
    }

    private static string? ReadText(string path)
    {
        HomeFiles.RequireUsable(path);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var buffer = new byte[MaxFileBytes];
            return System.Text.Encoding.UTF8.GetString(buffer, 0, file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
