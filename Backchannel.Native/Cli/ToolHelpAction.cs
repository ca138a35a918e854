using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text.Json;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Cli;

/// <summary>Prints the usual help, with the shared options as the command uses them. For <c>call</c> it adds the tools and their parameters.</summary>
internal sealed class ToolHelpAction(HelpAction usual, CliOptions options) : SynchronousCommandLineAction
{
    /// <summary>The tool whose claims need a running process to renew their lease.</summary>
    public const string ClaimTool = "claim_task";
    private const string ClaimHelp = "From a shell the claim is not renewed: it ends after --lease-seconds, and then another worker gets the task.";

    /// <summary>Help is printed even if the name of the tool is still missing.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        SharedOptionHelp.Adapt(options, parseResult.CommandResult.Command);
        // Of a hidden command the usual help says nothing at all.
        parseResult.CommandResult.Command.Hidden = false;
        var exitCode = usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is CallCommand call)
        {
            WriteTools(parseResult.InvocationConfiguration.Output, call.ToolsFor(parseResult));
        }

        return exitCode;
    }

    private static void WriteTools(TextWriter output, IReadOnlyList<Tool> tools)
    {
        output.WriteLine("Tools and their parameters (* required):");
        foreach (var tool in tools)
        {
            output.WriteLine($"  {tool.Name}");
            output.WriteLine($"      {tool.Description}");
            if (tool.Name == ClaimTool)
            {
                output.WriteLine($"      {ClaimHelp}");
            }

            WriteParameters(output, tool);
        }
    }

    /// <summary>Whether a text has this number as a word; 3,600 counts as 3600.</summary>
    private static bool HasNumber(string text, string number) =>
        text.Replace(",", "", StringComparison.Ordinal).Split([' ', '.', ':', ';', '(', ')', '-', '–']).Contains(number);

    private static void WriteParameters(TextWriter output, Tool tool)
    {
        using var schema = JsonDocument.Parse(tool.InputSchema.ToArray());
        var required = schema.RootElement.TryGetProperty("required"u8, out var names)
            ? names.EnumerateArray().Select(name => name.GetString()).ToHashSet()
            : [];
        foreach (var parameter in schema.RootElement.GetProperty("properties"u8).EnumerateObject())
        {
            var name = $"--{parameter.Name.Replace('_', '-')}{(required.Contains(parameter.Name) ? "*" : "")}";
            var description = parameter.Value.TryGetProperty("description"u8, out var text) ? text.GetString() : "";
            output.WriteLine($"      {name,-22} {description}{Kind(parameter.Value)}{Range(parameter.Value, description ?? "")}".TrimEnd());
        }
    }

    /// <summary>How a value is written, where it is neither a number nor any text.</summary>
    private static string Kind(JsonElement parameter) => parameter.GetProperty("type"u8).GetString() switch
    {
        "array" => " (more than one: repeat it, put commas between them, or write a JSON list)",
        "object" => " (a JSON object)",
        "boolean" => " (true or false)",
        _ when parameter.TryGetProperty("enum"u8, out var values) => $" ({string.Join(" or ", values.EnumerateArray().Select(static value => value.GetString()))})",
        _ => "",
    };

    /// <summary>Minimum, maximum and default, unless the description has them.</summary>
    private static string Range(JsonElement parameter, string description)
    {
        var (minimum, maximum, usual) = (Unstated("minimum"), Unstated("maximum"), Unstated("default"));
        var range = (minimum, maximum) switch
        {
            ({ } low, { } high) => $"{low} to {high}",
            ({ } low, null) => $"at least {low}",
            (null, { } high) => $"at most {high}",
            _ => null,
        };
        var text = string.Join(", ", new[] { range, usual is null ? null : $"default {usual}" }.OfType<string>());
        return text.Length == 0 ? "" : $"{(description.Length == 0 ? "" : " ")}({text})";

        string? Unstated(string keyword) =>
            parameter.TryGetProperty(keyword, out var value) && !HasNumber(description, value.GetRawText()) ? value.GetRawText() : null;
    }
}
