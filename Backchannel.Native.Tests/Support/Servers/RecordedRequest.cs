using System.Text;

namespace Backchannel.Native.Tests.Support.Servers;

/// <summary>A request as it crossed the wire.</summary>
/// <param name="Target">Path and query, still encoded.</param>
/// <param name="Headers">By name, in any case.</param>
internal sealed record RecordedRequest(
    string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value : null;
}
