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
                references.Add(await UploadAsync(bus, paths[i], name, opened[i], cancellationToken));
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

    private static async Task<FileReference> UploadAsync(
        BackchannelClient bus, string path, string name, ConfinedFile file, CancellationToken cancellationToken)
    {
        try
        {
            var sha256 = await HashAsync(file, cancellationToken);
            var uploaded = await SendAsync(bus, path, file, cancellationToken);
            if (file.HasChanged || uploaded.Sha256 != sha256 || uploaded.Bytes != file.Length)
            {
                throw Changed(path);
            }

            return new FileReference(SafeFileName.Of(name, Limits.MaxFileNameBytes), file.Length, sha256, MediaTypes.Of(name));
        }
        catch (IOException fault)
        {
            throw Refuse(path, $"cannot be read: {fault.Message}", "Check it, then call again.");
        }
    }

    private static async Task<UploadedFile> SendAsync(BackchannelClient bus, string path, ConfinedFile file, CancellationToken cancellationToken)
    {
        try
        {
            return await bus.UploadFileAsync(file.Read, file.Length, cancellationToken);
        }
        catch (BackchannelException) when (file.HasChanged)
        {
            // One that has become shorter breaks the upload off.
            throw Changed(path);
        }
        catch (BackchannelException refusal) when (refusal.Code is ErrorCodes.FileTooLarge or ErrorCodes.FileQuotaExceeded)
        {
            var why = ShownText.Clean(refusal.Message, MaxRefusalLength);
            throw new ToolException(
                $"Backchannel error [{refusal.Status} {refusal.Code}]: {Excerpt.Of(path)} of {file.Length:N0} bytes was refused: {why} {Nothing}\n{ErrorAdvice.For(refusal)}",
                refusal);
        }
    }

    private static async Task<string> HashAsync(ConfinedFile file, CancellationToken cancellationToken)
    {
        await using var stream = file.Read();
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }

    private static ToolException Changed(string path) => Refuse(path, "changed while it was read", "Wait until it is written to its end, or copy it, then call again.");

    private static ToolException Refuse(string path, string what, string next) => new($"{Excerpt.Of(path)} {what}. {Nothing}\n{next}");
}
