using System.CommandLine;
using System.Text;
using System.Text.Json;
using Backchannel.Native.Cli;
using Backchannel.Native.Cli.Config;
using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tests.Documentation;

/// <summary>What the README says about tools, commands and settings, made from the code.</summary>
internal static class ReadmeSections
{
    public static string Tools(IReadOnlyList<Tool> tools)
    {
        var text = new StringBuilder("| Tool | Parameters (`*` required) | What it does |\n|---|---|---|\n");
        foreach (var tool in tools)
        {
            text.Append(null, $"| `{tool.Name}` | {Parameters(tool)} | {tool.Description} |\n");
        }

        return text.ToString();
    }

    public static string Commands(RootCommand root)
    {
        var text = new StringBuilder("| Command | Does |\n|---|---|\n");
        text.Append(null, $"| `backchannel-mcp` | {root.Description} |\n");
        foreach (var command in root.Subcommands.Where(command => !command.Hidden))
        {
            text.Append(null, $"| `backchannel-mcp {command.Name}{Usage(command)}` | {command.Description} |\n");
        }

        return text.ToString();
    }

    /// <summary>Who is configured by which command, and where it keeps that; places are those of Linux.</summary>
    public static string Clients(IEnumerable<McpClient> clients)
    {
        var places = new ClientPlaces(OperatingSystemFamily.Linux, "~", static _ => null);
        var text = new StringBuilder("| Client | Command | File (Linux) | Entry |\n|---|---|---|---|\n");
        foreach (var client in clients)
        {
            var write = client.File is null ? "" : " --write";
            var file = client.File is { } place ? $"`{place(places)}`" : "none: paste what it prints";
            text.Append(null, $"| {client.Title} | `backchannel-mcp config {client.Name} --local{write}` | {file} | `{string.Join('.', client.ServersPath)}.backchannel` |\n");
        }

        return text.ToString();
    }

    public static string Settings(IEnumerable<SettingDescription> settings)
    {
        var text = new StringBuilder("| Option | Environment | Default | Meaning |\n|---|---|---|---|\n");
        foreach (var setting in settings)
        {
            var option = setting.Option is null ? "(none: a secret)" : $"`{setting.Option} <{setting.ValueName}>`";
            var variable = setting.Environment is null ? "(none)" : $"`{setting.Environment}`";
            text.Append(null, $"| {option} | {variable} | {setting.Default.Replace("<", "&lt;", StringComparison.Ordinal)} | {setting.Meaning} |\n");
        }

        return text.ToString();
    }

    public static string BusSettings(IEnumerable<BusSetting> settings)
    {
        var text = new StringBuilder("| Environment | Default | Meaning |\n|---|---|---|\n");
        foreach (var setting in settings)
        {
            text.Append(null, $"| `{setting.Environment}` | {setting.Default} | {setting.Meaning} |\n");
        }

        return text.ToString();
    }

    private static string Parameters(Tool tool)
    {
        using var schema = JsonDocument.Parse(tool.InputSchema.ToArray());
        var required = schema.RootElement.TryGetProperty("required", out var names)
            ? names.EnumerateArray().Select(name => name.GetString()).ToHashSet()
            : [];
        return string.Join(", ", schema.RootElement.GetProperty("properties").EnumerateObject()
            .Select(property => $"`{property.Name}`{(required.Contains(property.Name) ? "\\*" : "")}"));
    }

    private static string Usage(Command command) =>
        string.Concat(command.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues > 0 ? $" {argument.Name}" : $" [{argument.Name}]..."))
        + string.Concat(command.Options.Where(option => !option.Hidden && option is not System.CommandLine.Help.HelpOption)
            .Select(option => option.Required ? $" {option.Name}{ValueName(option)}" : $" [{option.Name}{ValueName(option)}]"));

    private static string ValueName(Option option) =>
        option.ValueType == typeof(bool) ? "" : $" {(option.HelpName ?? option.Name.TrimStart('-')).ToUpperInvariant()}";
}
