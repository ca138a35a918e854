using System.Diagnostics;

namespace Backchannel.Native.Tests.Interop;

/// <summary>A test that runs other people's MCP clients on Node.js; left out, and said so, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NodeTheoryAttribute : TheoryAttribute
{
    private const int OldestMajor = 20;

    public NodeTheoryAttribute()
    {
        if (MajorVersion() is not { } major || major < OldestMajor)
        {
            Skip = $"needs Node.js {OldestMajor} or later with npm";
        }
    }

    private static int? MajorVersion()
    {
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", ["--version"]) { RedirectStandardOutput = true })!;
            var text = node.StandardOutput.ReadToEnd();
            node.WaitForExit();
            return int.Parse(text.TrimStart('v').Split('.')[0], null);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
