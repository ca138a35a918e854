using System.Text;

namespace Backchannel.Native.Tests.Support.Recordings;

/// <summary>An answer as it came.</summary>
internal sealed record WireAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
}
