using System.Buffers;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Requests;

/// <summary>Takes the bytes of files in, part by part: one part in memory and one small write for each upload at a time.</summary>
/// <remarks>
/// Every body is read and stored to its end, known bytes or not. A shorter way for known bytes would tell a stranger that somebody else has them.
/// </remarks>
/// <param name="underWay">Told which come in.</param>
internal sealed class FileUploads(BusOptions options, BusDatabase database, UploadsUnderWay underWay)
{
    /// <summary>A body above the limit is read up to this multiple of it, so that its sender gets the refusal and not a broken connection.</summary>
    private const int PatienceWithLarge = 4;

    private const int PartsPerRemoval = 4;

    /// <summary>What uploads leave free on the disk: with none, the bus could not even remove their parts, take a post, or start again.</summary>
    private const long Reserve = 32 * 1024 * 1024;

    /// <summary>Receives a file, and lets the key name it.</summary>
    /// <param name="announced">The length that the sender gave; null for none.</param>
    /// <exception cref="ApiException">Too large, above a quota, or not readable.</exception>
    public async Task<UploadedFile> ReceiveAsync(ApiKeyRecord key, long? announced, BodyReader read)
    {
        var expected = Math.Min(announced ?? options.MaxFileBytes, options.MaxFileBytes);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(expected + 1, FileStore.PartBytes));
        string? name = null;
        long? file = null;
        try
        {
            var part = buffer.AsMemory(0, Math.Min(buffer.Length, FileStore.PartBytes));
            var stored = await StoreAsync(key, Name, expected, part, read, number => file = number);

            // What is left is a copy of known bytes. The answer does not wait for its removal, so that it takes as long as for new ones.
            _ = RemoveAsync(FileStore.CopyName(key.KeyId, file!.Value));
            return stored;
        }
        catch when (file is not null)
        {
            await RemoveAsync(name!);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            underWay.Remove(name);
        }

        string Name(long now)
        {
            underWay.Add(name ??= FileStore.IncomingName(key.KeyId, expected, now));
            return name;
        }
    }

    /// <param name="name">Gives its name in the database, at the first write.</param>
    /// <param name="begun">Told its number.</param>
    private async Task<UploadedFile> StoreAsync(
        ApiKeyRecord key, Func<long, string> name, long expected, Memory<byte> buffer, BodyReader read, Action<long> begun)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Exception? failure = null;
        long? file = null;
        var total = 0L;
        for (var part = 0; ; part++)
        {
            var length = await read(buffer);
            var content = buffer[..length];
            var isLast = length < buffer.Length;
            total += length;
            if (total > options.MaxFileBytes * (long)PatienceWithLarge)
            {
                throw TooLarge();
            }

            if (total > options.MaxFileBytes)
            {
                failure = TooLarge();
            }

            if (failure is null)
            {
                hash.AppendData(content.Span);
                var sha256 = isLast ? Convert.ToHexStringLower(hash.GetHashAndReset()) : null;
                try
                {
                    var (number, at) = (file, part);
                    file = await database.Writes.RunAsync(context => Store(context, number, at, content.Span, sha256));
                    begun(file.Value);
                }
                // Catches everything: the sender is told at the end of the body, because it reads no answer before.
                catch (Exception fault)
                {
                    failure = fault;
                }

                if (failure is null && sha256 is not null)
                {
                    return new UploadedFile(sha256, total);
                }
            }

            if (isLast)
            {
                ExceptionDispatchInfo.Throw(failure!);
            }
        }

        long Store(WriteContext context, long? number, int part, ReadOnlySpan<byte> content, string? sha256)
        {
            RequireRoom(number is null ? expected : content.Length);
            if (number is null)
            {
                FileQuota.Require(context, options, key, sha256 is null ? expected : total);
            }
            else
            {
                FileQuota.RequireTotal(context, options, content.Length);
            }

            // An upload counts from its first stored part, not from the length that it announces.
            var files = context.Storage.Files;
            var into = number ?? files.Begin(name(context.Now));
            if (content.Length > 0)
            {
                files.AddPart(into, part, content);
            }

            if (sha256 is not null)
            {
                files.Finish(into, sha256, total, key.KeyId, context.Now);
            }
            else
            {
                files.SetReceived(into, total);
            }

            return into;
        }
    }

    private void RequireRoom(long bytes)
    {
        // A part takes its space twice: in the log of the database, and in its file.
        if (database.FreeSpace < (2 * bytes) + Reserve)
        {
            throw new ApiException(
                503,
                ErrorCodes.StorageUnavailable,
                "The disk of the bus has no room for this file: nothing was kept. Its operator has to make room; then send this again, or send less.");
        }
    }

    /// <summary>Removes what is stored of an upload. Where that fails, the next sweep does it.</summary>
    private async Task RemoveAsync(string name)
    {
        try
        {
            while (await database.Writes.RunAsync(context => context.Storage.Files.Remove(name, PartsPerRemoval)) == PartsPerRemoval)
            {
            }
        }
        catch (Exception fault) when (fault is StorageException or UnusableDatabaseException or ObjectDisposedException)
        {
            // The disk is full, or the bus stops.
        }
    }

    private ApiException TooLarge() =>
        new(413, ErrorCodes.FileTooLarge, $"A file may have {options.MaxFileBytes:N0} bytes on this bus.")
        {
            Extras = [new("max_file_bytes", options.MaxFileBytes)],
        };
}
