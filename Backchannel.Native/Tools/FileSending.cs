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

    /// <summary>Uploads files, so that a post or an ack that follows within the hour may name them.</summary>
    /// <param name="paths">As the model names them: relative to the working folder, or absolute. Null or empty: none.</param>
    /// <returns>What <c>files</c> of the request has to say; null for none.</returns>
    /// <exception cref="ToolException">A file may not be sent, or cannot be read.</exception>
    /// <exception cref="BackchannelException">The bus refused, or could not be asked.</exception>
    public async Task<IReadOnlyList<FileReference>?> PrepareAsync(BackchannelClient bus, IReadOnlyList<string>? paths, CancellationToken cancellationToken)
    {
        if (paths is null or [])
        {
            return null;
        }

        if (paths.Count > Limits.MaxFiles)
        {
            throw new ToolException($"files has {paths.Count} paths. {Nothing}\nA message takes {Limits.MaxFiles} files: pack them into an archive, or send several messages.");
        }

        if (!await bus.Connection.Additions.OfferAsync(Additions.TaskFiles, cancellationToken))
        {
            throw new ToolException($"This bus takes no files. {Nothing}\nPut the text into the content, or say where both sides can read it.");
        }

        var opened = new List<ConfinedFile>();
        try
        {
            foreach (var path in paths)
            {
                opened.Add(Open(path));
            }

            var references = new List<FileReference>();
            for (var i = 0; i < opened.Count; i++)
            {
                references.Add(await UploadAsync(bus, paths[i], opened[i], cancellationToken));
            }

            return references;
        }
        finally
        {
            opened.ForEach(static file => file.Dispose());
        }
    }

    private ConfinedFile Open(string path)
    {
        var sendable = folders.Sendable.ToList();
        if (folders.Working is null && !Path.IsPathFullyQualified(path))
        {
            throw Refuse(path, "is relative, and this session has no working folder", Where(sendable));
        }

        var full = Path.GetFullPath(path, folders.Working ?? "/");
        foreach (var folder in sendable)
        {
            if (FileFolders.PartsBelow(folder, full) is not { } parts)
            {
                continue;
            }

            if (parts.FirstOrDefault(part => part.StartsWith('.')) is { } hidden)
            {
                throw Refuse(path, $"is hidden ('{hidden}' begins with a dot), and such files often hold secrets", "If it may be sent, copy it to a name without a dot.");
            }

            try
            {
                return ConfinedFile.Open(folder, parts, folders.IsBarred);
            }
            catch (FileRefusedException refusal)
            {
                throw Refuse(path, refusal.Message, "Name a regular file; copy this one if it may be sent.");
            }
            catch (IOException fault)
            {
                throw Refuse(path, $"cannot be read: {fault.Message}", "Check the path.");
            }
        }

        throw Refuse(path, "lies outside of the folders that files may be sent from", Where(sendable));
    }

    private string Where(List<string> sendable) =>
        sendable.Where(folder => folder != folders.Received).ToList() is { Count: > 0 } known
            ? $"Copy it below {string.Join(" or ", known)} if it may be sent."
            : $"This session was started in {folders.Working ?? "no folder"}, which is too wide or hidden: ask the user to start the client in a project's folder.";

    private static async Task<FileReference> UploadAsync(BackchannelClient bus, string path, ConfinedFile file, CancellationToken cancellationToken)
    {
        try
        {
            var sha256 = await HashAsync(file, cancellationToken);
            var uploaded = await SendAsync(bus, path, file, cancellationToken);
            if (file.HasChanged || uploaded.Sha256 != sha256 || uploaded.Bytes != file.Length)
            {
                throw Changed(path);
            }

            return new FileReference(SafeFileName.Of(Path.GetFileName(path), Limits.MaxFileNameBytes), file.Length, sha256, MediaTypes.Of(path));
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
    }

    private static async Task<string> HashAsync(ConfinedFile file, CancellationToken cancellationToken)
    {
        await using var stream = file.Read();
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }

    private static ToolException Changed(string path) => Refuse(path, "changed while it was read", "Wait until it is written to its end, or copy it, then call again.");

    private static ToolException Refuse(string path, string what, string next) => new($"{Excerpt.Of(path)} {what}. {Nothing}\n{next}");
}
