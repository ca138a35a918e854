using System.Security.Cryptography;
using System.Text;

namespace Backchannel.Native.Cli.Config.Hooks;

/// <summary>A script that a client loads, and that is this program's alone: a plugin, an extension.</summary>
/// <param name="path">The file on this system.</param>
/// <param name="kind">What the client calls it.</param>
/// <param name="body">The script.</param>
internal sealed class ScriptFile(Func<ClientPlaces, string> path, string kind, Func<HookLine, string> body) : WakingFile(path)
{
    private const string FirstLine = "// Written by 'backchannel-mcp config', and taken away by its --unwake. Whatever is changed below makes it yours. Checksum: ";

    /// <summary>The line that names the program.</summary>
    public const string ProgramLine = "const program = ";

    public override string Kind => kind;

    public override string Add(string text, HookLine command)
    {
        RequireOwn(text);
        var script = body(command);
        return $"{FirstLine}{Checksum(script)}\n{script}";
    }

    public override string Remove(string text, HookLine command, string earlier = "")
    {
        RequireOwn(text);
        return "";
    }

    public override bool IsNothing(string text) => text.Length == 0 || IsOwn(text);

    public override string? ProgramIn(string text, HookLine command)
    {
        var line = IsOwn(text) ? text.Split('\n').FirstOrDefault(static line => line.StartsWith(ProgramLine, StringComparison.Ordinal)) : null;
        return line is null ? null : JsonSpelling.Unquote(line[ProgramLine.Length..]);
    }

    private static void RequireOwn(string text)
    {
        if (text.Length > 0 && !IsOwn(text))
        {
            throw new FormatException(text.StartsWith(FirstLine, StringComparison.Ordinal) ? "it was changed since this program wrote it" : "this program did not write it");
        }
    }

    private static bool IsOwn(string text) =>
        text.StartsWith(FirstLine, StringComparison.Ordinal)
        && text.IndexOf('\n', StringComparison.Ordinal) is >= 0 and var end
        && text[FirstLine.Length..end] == Checksum(text[(end + 1)..]);

    private static string Checksum(string script) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(script)))[..16];
}
