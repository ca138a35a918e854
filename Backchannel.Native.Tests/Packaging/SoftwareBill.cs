using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Backchannel.Native.Tests.Packaging;

/// <summary>The bill of materials in CycloneDX form: what is linked into the released files.</summary>
/// <remarks>cyclonedx.org/docs/1.6/json</remarks>
internal static class SoftwareBill
{
    /// <summary>Part of the build, not of what it makes.</summary>
    private static readonly string[] BuildOnly = ["Microsoft.CodeAnalysis.", "Microsoft.NET.ILLink.", "Microsoft.DotNet.ILCompiler", "runtime."];

    /// <param name="release">Names the product.</param>
    /// <param name="restored">NuGet's <c>project.assets.json</c> of the product.</param>
    /// <param name="project">The product's project file, for the SQLite archive that it links.</param>
    /// <param name="nativeParts">Lines of name, version and distribution: C libraries linked into the static files, as the build found them.</param>
    public static string Write(ReleaseInfo release, string restored, string project, IEnumerable<string> nativeParts)
    {
        using var assets = JsonDocument.Parse(restored);
        var folders = assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name).ToList();
        var packages = assets.RootElement.GetProperty("libraries").EnumerateObject()
            .Where(library => library.Value.GetProperty("type").GetString() == "package")
            .Select(library => (
                Name: library.Name.Split('/')[0],
                Version: library.Name.Split('/')[1],
                Path: library.Value.GetProperty("path").GetString()!))
            .ToList();
        // The compiler and the runtime that it links come from one build and carry one version.
        var runtime = packages.First(package => package.Name == "Microsoft.DotNet.ILCompiler").Version;
        var components = packages
            .Where(package => !BuildOnly.Any(prefix => package.Name.StartsWith(prefix, StringComparison.Ordinal)))
            .Select(package => Component(package.Name, package.Version, $"pkg:nuget/{package.Name}@{package.Version}", PackageLicense.Of(folders, package.Path)))
            .Append(Component(".NET", runtime, $"pkg:github/dotnet/dotnet@v{runtime}", "MIT"))
            .Append(Component("SQLite", SqliteVersion(project), $"pkg:generic/sqlite@{SqliteVersion(project)}", "blessing"))
            .Append(Component("zlib-ng", null, null, "Zlib"))
            .Append(Component("brotli", null, null, "MIT"))
            .Concat(PageLibraries())
            .Concat(nativeParts.Select(line => line.Split(' ')).Select(part =>
                Component(part[0], part[1], $"pkg:deb/{part[2]}/{part[0]}@{Uri.EscapeDataString(part[1])}", part[0] == "openssl" ? "Apache-2.0" : "LGPL-2.1-or-later")))
            .DistinctBy(component => component["bom-ref"]!.GetValue<string>())
            .OrderBy(component => component["bom-ref"]!.GetValue<string>(), StringComparer.Ordinal);
        return Document(release, components).ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";
    }

    /// <summary>The libraries of the page, whose files the program carries.</summary>
    private static IEnumerable<JsonObject> PageLibraries()
    {
        using var locked = JsonDocument.Parse(File.ReadAllText(RepositoryRoot.Combine("Backchannel.Native", "Page", "lib", "package-lock.json")));
        return
        [
            .. from package in locked.RootElement.GetProperty("packages").EnumerateObject()
               where package.Name.Length > 0
               let name = package.Name.Split('/')[^1]
               let version = package.Value.GetProperty("version").GetString()
               select Component(name, version, $"pkg:npm/{name}@{version}", package.Value.GetProperty("license").GetString()),
        ];
    }

    private static JsonObject Document(ReleaseInfo release, IEnumerable<JsonObject> components) => new()
    {
        ["$schema"] = "http://cyclonedx.org/schema/bom-1.6.schema.json",
        ["bomFormat"] = "CycloneDX",
        ["specVersion"] = "1.6",
        ["version"] = 1,
        ["metadata"] = new JsonObject
        {
            ["timestamp"] = release.Time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null),
            ["component"] = new JsonObject
            {
                ["type"] = "application",
                ["bom-ref"] = "backchannel-mcp",
                ["name"] = "backchannel-mcp",
                ["version"] = release.Version,
                ["licenses"] = License("MIT"),
            },
        },
        ["components"] = new JsonArray([.. components]),
    };

    private static JsonObject Component(string name, string? version, string? url, string? license)
    {
        var component = new JsonObject { ["type"] = "library", ["bom-ref"] = version is null ? name : $"{name}@{version}", ["name"] = name };
        if (version is not null)
        {
            component["version"] = version;
        }

        if (license is not null)
        {
            component["licenses"] = License(license);
        }

        if (url is not null)
        {
            component["purl"] = url;
        }

        return component;
    }

    // One licence has an identifier; a choice or an exception is an expression.
    private static JsonArray License(string expression) => expression.Contains(' ')
        ? [new JsonObject { ["expression"] = expression }]
        : [new JsonObject { ["license"] = new JsonObject { ["id"] = expression } }];

    private static string SqliteVersion(string project) =>
        XDocument.Parse(project).Descendants("PackageDownload").Single().Attribute("Version")!.Value.Trim('[', ']');
}
