using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Rules;

/// <summary>Files that a key may name, ready to be named in the message that the same write stores.</summary>
/// <param name="key">Whose quota they count against.</param>
/// <param name="files">What the key says of each, and its number.</param>
internal sealed class NamedFiles(ApiKeyRecord key, IReadOnlyList<(FileReference Reference, long Number)> files)
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
