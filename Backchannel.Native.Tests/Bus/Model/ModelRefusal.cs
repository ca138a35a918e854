using System.Text.Json.Nodes;

namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>The model says no.</summary>
/// <param name="extras">Members beside <c>error</c>.</param>
internal sealed class ModelRefusal(int status, string code, JsonObject? extras = null) : Exception($"{status} {code}")
{
    public Expected ToExpected()
    {
        var body = extras ?? [];
        body["error"] = code;
        return Expected.Of(status, body);
    }
}
