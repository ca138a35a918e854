using System.Text.Json.Nodes;

namespace Backchannel.Native.Tests.Bus.Model;

/// <summary>The model says no.</summary>
/// <param name="extras">Members beside <c>error</c>.</param>
internal sealed class ModelRefusal(int status, string code, JsonObject? extras = null) : Exception($"{status} {code}")
{
    /// <summary>The same with one more member.</summary>
    public ModelRefusal With(string name, string value)
    {
        var members = extras?.DeepClone().AsObject() ?? [];
        members[name] = value;
        return new(status, code, members);
    }

    public Expected ToExpected()
    {
        var body = extras ?? [];
        body["error"] = code;
        return Expected.Of(status, body);
    }
}
