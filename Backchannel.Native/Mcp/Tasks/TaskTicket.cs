using System.Text;
using System.Text.Json;
using Backchannel.Native.JsonRpc;

namespace Backchannel.Native.Mcp.Tasks;

/// <summary>What the id of a task holds: all that any process needs to go on with it.</summary>
/// <param name="Key">Names the task wherever it is gone on with. Not a secret.</param>
/// <param name="Tool">Name of the tool that was called.</param>
/// <param name="Arguments">A JSON object, as it was sent.</param>
/// <param name="Until">When the id is of no use any more.</param>
internal sealed record TaskTicket(Guid Key, DateTimeOffset CreatedAt, DateTimeOffset Until, string Tool, ReadOnlyMemory<byte> Arguments)
{
    /// <summary>Other releases may write other forms.</summary>
    private const byte Form = 1;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = JsonRpcMessage.MaxDepth };

    public JsonElement ReadArguments() => JsonElement.Parse(Arguments.Span, Options);

    public byte[] Write()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(Form);
        writer.Write(Key.ToByteArray());
        writer.Write7BitEncodedInt64(CreatedAt.ToUnixTimeMilliseconds());
        writer.Write7BitEncodedInt64(Until.ToUnixTimeMilliseconds());
        writer.Write(Tool);
        writer.Write(Arguments.Span);
        return bytes.ToArray();
    }

    /// <param name="text">What <see cref="Write"/> gave, of this release or another.</param>
    /// <returns>Null: it is of a form that this release does not know.</returns>
    public static TaskTicket? Read(ReadOnlyMemory<byte> text)
    {
        if (text.Span is not [Form, ..])
        {
            return null;
        }

        using var bytes = new MemoryStream(text.ToArray());
        using var reader = new BinaryReader(bytes, Encoding.UTF8);
        reader.ReadByte();
        var key = new Guid(reader.ReadBytes(16));
        var createdAt = DateTimeOffset.FromUnixTimeMilliseconds(reader.Read7BitEncodedInt64());
        var until = DateTimeOffset.FromUnixTimeMilliseconds(reader.Read7BitEncodedInt64());
        var tool = reader.ReadString();
        return new(key, createdAt, until, tool, text[(int)bytes.Position..]);
    }
}
