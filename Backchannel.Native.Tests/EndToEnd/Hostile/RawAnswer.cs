using System.Text;

namespace Backchannel.Native.Tests.EndToEnd.Hostile;

/// <summary>An answer as it stood on the wire, once it was found to be HTTP.</summary>
/// <param name="EndsConnection">The bus said that it closes the connection.</param>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body, bool EndsConnection)
{
    public string Text => Encoding.UTF8.GetString(Body.Span);
}
