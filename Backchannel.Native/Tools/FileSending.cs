using System.Security.Cryptography;
using Backchannel.Native.Client;
using Backchannel.Native.Files;
using Backchannel.Native.Mcp;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Tools;

/// <summary>Files of the sender: checks which ones may be sent, and uploads them.</summary>
internal sealed class FileSending(FileFolders folders)
{
    private const string Nothing = "Nothing was sent.";

    /// <summary>Most folders that a refusal names.</summary>
    private const int MostNamed = 8;

    private const int MaxRefusalLength = 300;

    /// <summary>Uploads files, so that a post or an ack that follows within the hour may name them.</summary>
    /// <param name="paths">As the model names them: relative to the working folder, or absolute. Null or empty: none.</param>
    /// <param name="call">Asked for the client's roots where a path needs them, before anything is sent.</param>
    /// <returns>What <c>files</c> of the request has to say; null for none.</returns>
    /// <exception cref="InputRequiredException">The call comes again with the client's roots.</exception>
    /// <exception cref="ToolException">A file may not be sent, or cannot be read.</exception>
    /// <exception cref="BackchannelException">The bus refused, or could not be asked.</exception>
    public async Task<IReadOnlyList<FileReference>?> PrepareAsync(
        BackchannelClient bus, IReadOnlyList<string>? paths, ToolCall call, CancellationToken cancellationToken)
    {
        if (paths is null or [])
        {
            return null;
        }

        if (paths.TakeWhile(static path => !string.IsNullOrWhiteSpace(path)).Count() is var named && named < paths.Count)
        {
            throw new ToolException($"Wrong parameter files: entry {named + 1} is empty. {Nothing}\nGive each file by its path, or leave the entry out.");
        }

        if (paths.Count > Limits.MaxFiles)
        {
            throw new ToolException($"files has {paths.Count} paths. {Nothing}\nA message takes {Limits.MaxFiles} files: pack them into an archive, or send several messages.");
        }

        await MissingAddition.RequireAsync(
            bus, Additions.TaskFiles, "take files", "Put the text into the content, or say where both sides can read it.", cancellationToken);

        var roots = paths.All(path => folders.Find(path) is { HiddenPart: null }) ? RootList.None : await call.ListRootsAsync(cancellationToken);
        var sendable = folders with { Declared = roots.Folders };
        var opened = new List<ConfinedFile>();
        try
        {
            foreach (var path in paths)
            {
                opened.Add(Open(path, sendable, roots.Fault));
            }

            var references = new List<FileReference>();
            for (var i = 0; i < opened.Count; i++)
            {
                // The path may end with a slash or a dot.
                var name = sendable.Find(paths[i])!.Parts[^1];
                references.Add(await UploadAsync(bus, paths[i], name, opened[i], before: i, cancellationToken));
            }

            return references;
        }
        finally
        {
            opened.ForEach(static file => file.Dispose());
        }
    }

    /// <param name="fault">See <see cref="RootList.Fault"/>.</param>
    private static ConfinedFile Open(string path, FileFolders folders, string? fault)
    {
        if (folders.Find(path) is not { } place)
        {
            throw Refuse(
                path,
                folders.Working is null && !Path.IsPathFullyQualified(path)
                    ? "is relative, and this session has no working folder"
                    : "lies outside of the folders that files may be sent from",
                Where(folders, fault));
        }

        if (place.HiddenPart is { } hidden)
        {
            throw Refuse(path, $"is hidden ('{hidden}' begins with a dot), and such files often hold secrets", "If it may be sent, copy it to a name without a dot.");
        }

        try
        {
            return ConfinedFile.Open(place.Folder, place.Parts, folders.IsBarred);
        }
        catch (FileRefusedException refusal)
        {
            throw Refuse(path, refusal.Message, "Name a regular file; copy this one if it may be sent.");
        }
        catch (IOException unreadable)
        {
            throw Refuse(path, $"cannot be read: {unreadable.Message}", "Check the path.");
        }
    }

    private static string Where(FileFolders folders, string? fault)
    {
        var known = folders.Sendable.Where(folder => folder != folders.Received).Take(MostNamed).ToList();
        var next = known.Count > 0
            ? $"Copy it below {string.Join(" or ", known)} if it may be sent."
            : $"This session was started in {folders.Working ?? "no folder"}, which is too wide or hidden, and the client named no other that counts: ask the user to start the client in a project's folder.";
        return fault is null ? next : $"{next} The client {fault}, so none of its roots counts.";
    }

    /// <param name="before">How many files of this call are uploaded already.</param>
    private static async Task<FileReference> UploadAsync(
        BackchannelClient bus, string path, string name, ConfinedFile file, int before, CancellationToken cancellationToken)
    {
        if (file.Length > Limits.MostFileBytes)
        {
            throw Refuse(
                path,
                $"has {file.Length:N0} bytes, and no bus takes a file of more than {Limits.MostFileBytes:N0}",
                "Compress it, split it, or send an excerpt.",
                before);
        }

        try
        {
            // On another thread: a slow disk must not hold up the thread that reads the other calls of this session.
            var sha256 = await Task.Run(() => HashAsync(file, cancellationToken), cancellationToken);
            await Task.Run(() => SendAsync(bus, path, file, sha256, before, cancellationToken), cancellationToken);
            return new FileReference(SafeFileName.Of(name, Limits.MaxFileNameBytes), file.Length, sha256, MediaTypes.Of(name));
        }
        catch (IOException fault)
        {
            throw Refuse(path, $"cannot be read: {fault.Message}", "Check it, then call again.", before);
        }
    }

    private static async Task SendAsync(
        BackchannelClient bus, string path, ConfinedFile file, string sha256, int before, CancellationToken cancellationToken)
    {
        try
        {
            var uploaded = await bus.UploadFileAsync(() => new ProvenStream(file.Read(), file.Length, sha256, () => file.HasChanged), file.Length, cancellationToken);
            if (uploaded.Sha256 != sha256 || uploaded.Bytes != file.Length)
            {
                throw Changed(path, before);
            }
        }
        catch (BackchannelException) when (file.HasChanged)
        {
            // The upload broke off before its end, so the bus kept nothing of it.
            throw Changed(path, before);
        }
        catch (BackchannelException refusal) when (refusal.Code is ErrorCodes.FileTooLarge or ErrorCodes.FileQuotaExceeded)
        {
            var why = ShownText.Clean(refusal.Message, MaxRefusalLength);
            throw new ToolException(
                $"Backchannel error [{refusal.Status} {refusal.Code}]: {Excerpt.Of(path)} of {file.Length:N0} bytes was refused: {why} {Kept(before)}\n{ErrorAdvice.For(refusal)}",
                refusal);
        }
    }

    private static async Task<string> HashAsync(ConfinedFile file, CancellationToken cancellationToken)
    {
        await using var stream = file.Read();
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }

    private static ToolException Changed(string path, int before) =>
        Refuse(path, "changed while it was read", "Wait until it is written to its end, or copy it, then call again.", before);

    private static ToolException Refuse(string path, string what, string next, int before = 0) => new($"{Excerpt.Of(path)} {what}. {Kept(before)}\n{next}");

    /// <summary>What a call that ends here has left on the bus.</summary>
    private static string Kept(int before) => before == 0
        ? Nothing
        : $"No message was sent. {(before == 1 ? "The file before it was uploaded and counts" : $"The {before} files before it were uploaded and count")} against your quota for an hour, once however often you send it.";
}
