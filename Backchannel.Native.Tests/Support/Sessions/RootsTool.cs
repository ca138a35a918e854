using System.Text.Json;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tests.Support.Sessions;

/// <summary>A tool that tells which roots the client has.</summary>
internal static class RootsTool
{
    /// <summary>As JSON, params of a call.</summary>
    public const string Call = """{"name":"roots"}""";

    public static Tool Create() => new TestTool("roots", async (_, call, cancellationToken) =>
    {
        var roots = await call.ListRootsAsync(cancellationToken);
        return new TestResult(roots.Fault ?? string.Join('|', roots.Folders), roots.Folders.Count);
    });

    /// <summary>The folders in the answer to a call, or why there are none.</summary>
    public static string TextOf(JsonElement answer)
    {
        var text = answer.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString()!;
        return JsonElement.Parse(text).GetProperty("text").GetString()!;
    }
}
