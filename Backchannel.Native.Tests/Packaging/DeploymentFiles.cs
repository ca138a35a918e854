using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Backchannel.Native.Tests.Packaging;

/// <summary>The files by which an operator runs several buses: a release asset.</summary>
internal static class DeploymentFiles
{
    /// <summary>The folder in the archive.</summary>
    public const string FolderName = "backchannel-deployment";

    public static string Source { get; } = RepositoryRoot.Combine("Backchannel.Native", "Packaging", "deployment");

    public static IReadOnlyList<ArchiveEntry> Entries(ReleaseInfo release) =>
        [.. Directory.GetFiles(Source).Select(path => new ArchiveEntry(
            $"{FolderName}/{Path.GetFileName(path)}",
            Encoding.UTF8.GetBytes(release.Fill(File.ReadAllText(path))),
            IsExecutable: Path.GetExtension(path) == ".sh"))];

    /// <summary>Writes the files, as the archive has them, into a folder.</summary>
    public static void WriteTo(string folder, ReleaseInfo release)
    {
        foreach (var entry in Entries(release))
        {
            var path = Path.Combine(folder, Path.GetFileName(entry.Name));
            File.WriteAllBytes(path, entry.Content);
            File.SetUnixFileMode(path, entry.Mode);
        }
    }

    /// <summary>A compose file with its merges made.</summary>
    public static YamlMappingNode LoadCompose(string path)
    {
        var yaml = new YamlStream();
        using var reader = File.OpenText(path);
        yaml.Load(new MergingParser(new Parser(reader)));
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    /// <summary>Puts values in the place of <c>${NAME}</c>, <c>${NAME:-default}</c> and <c>${NAME:?why}</c>.</summary>
    public static string Fill(string text, IReadOnlyDictionary<string, string> values) => Regex.Replace(
        text,
        @"\$\{(\w+)(?::([-?])([^}]*))?\}",
        match => values.TryGetValue(match.Groups[1].Value, out var value) ? value
            : match.Groups[2].Value == "-" ? match.Groups[3].Value
            : throw new InvalidOperationException($"{match.Groups[1].Value} has no value"));

    /// <summary>Reads a file of <c>NAME=VALUE</c> lines.</summary>
    public static Dictionary<string, string> ReadVariables(string path) =>
        File.ReadLines(path).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>The service's secrets: the name in <c>/run/secrets</c>, and which secret it is.</summary>
    public static IEnumerable<(string Target, string Source)> Secrets(YamlMappingNode service) =>
        Items(service, "secrets").Select(secret => secret is YamlMappingNode named
            ? (named["target"].ToString(), named["source"].ToString())
            : (secret.ToString(), secret.ToString()));

    public static IEnumerable<YamlNode> Items(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var items) ? (YamlSequenceNode)items : [];

    public static IEnumerable<(string Name, string Value)> Pairs(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var pairs) ? ((YamlMappingNode)pairs).Select(pair => (pair.Key.ToString(), pair.Value.ToString())) : [];
}
