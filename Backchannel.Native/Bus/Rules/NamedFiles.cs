using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Files that a key may name, ready to be named in the message that the same write stores.</summary>
/// <param name="key">Whose quota they count against.</param>
internal sealed class NamedFiles(ApiKeyRecord key, IReadOnlyList<NamedFile> files)
{
    public void Attach(WriteContext context, MessageRecord message)
    {
        for (var position = 0; position < files.Count; position++)
        {
            var (reference, number) = files[position];
            context.Storage.Files.Name(message.CreatedAt, position, number, reference.Name, reference.MediaType, key.KeyId);
        }
    }
}

/// <param name="Reference">What the key says of it.</param>
internal sealed record NamedFile(FileReference Reference, long Number);
