using System.Globalization;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>How much a key, and all keys together, may keep in files.</summary>
internal static class FileQuota
{
    /// <summary>Seconds until every upload of now is forgotten that no message names.</summary>
    private static readonly int ForgottenAfter = (int)FileStore.UploadLife.TotalSeconds;

    /// <param name="bytes">What would be added.</param>
    /// <param name="files">How many files that would be.</param>
    /// <exception cref="ApiException">It would be too much.</exception>
    public static void Require(WriteContext context, BusOptions options, ApiKeyRecord key, long bytes, int files = 1)
    {
        var used = context.Storage.Files.UsageOf(key.KeyId, context.Now);
        if (options.FileQuotaBytes > 0 && used.Bytes + bytes > options.FileQuotaBytes)
        {
            throw Exceeded(
                $"This key keeps {Text(used.Bytes)} bytes of files on the bus and may keep {Text(options.FileQuotaBytes)}.", "max_bytes", options.FileQuotaBytes);
        }

        if (options.FileQuotaCount > 0 && used.Count + files > options.FileQuotaCount)
        {
            throw Exceeded($"This key keeps {Text(used.Count)} files on the bus and may keep {Text(options.FileQuotaCount)}.", "max_files", options.FileQuotaCount);
        }

        RequireTotal(context, options, bytes);
    }

    /// <summary>The part of <see cref="Require"/> that concerns all keys together.</summary>
    public static void RequireTotal(WriteContext context, BusOptions options, long bytes)
    {
        if (options.MaxFileStoreBytes > 0 && context.Storage.Files.TotalBytes() + bytes > options.MaxFileStoreBytes)
        {
            throw Exceeded("The bus has no room for more files of any key.", "max_bytes", options.MaxFileStoreBytes);
        }
    }

    private static ApiException Exceeded(string message, string name, long limit) => new(
        429,
        ErrorCodes.FileQuotaExceeded,
        $"{message} A file is kept while a message names it, its time in the history included, and for an hour after its upload. Send less, or try again later.")
    {
        Extras = [new(name, limit), new("retry_after", ForgottenAfter)],
        RetryAfterSeconds = ForgottenAfter,
    };

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
