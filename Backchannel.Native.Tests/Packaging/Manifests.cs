using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Backchannel.Native.Tests.Packaging;

/// <summary>Fills the templates of <c>Backchannel.Native/Packaging</c>.</summary>
internal static class Manifests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The manifest of a bundle for one system: bundles name systems, but not processors.</summary>
    public static string Bundle(ReleaseInfo release, string template, string rid)
    {
        var manifest = JsonNode.Parse(release.Fill(template))!;
        manifest["compatibility"]!["platforms"] = new JsonArray(rid.Split('-')[0] switch { "win" => "win32", "osx" => "darwin", _ => "linux" });
        if (ReleaseInfo.IsWindows(rid))
        {
            manifest["server"]!["entry_point"] = "server/backchannel-mcp.exe";
        }

        return manifest.ToJsonString(Indented) + "\n";
    }

    /// <summary>The registry's description of this release; bundles that were not made are left out of it.</summary>
    /// <param name="release">The release.</param>
    /// <param name="template">The template, with every bundle.</param>
    /// <param name="bundles">File name and content of each bundle that was made.</param>
    public static string Server(ReleaseInfo release, string template, IReadOnlyDictionary<string, byte[]> bundles)
    {
        var server = JsonNode.Parse(release.Fill(template))!;
        var packages = server["packages"]!.AsArray();
        foreach (var package in packages.Where(package => package!["registryType"]!.GetValue<string>() == "mcpb").ToList())
        {
            if (bundles.TryGetValue(package!["identifier"]!.GetValue<string>().Split('/')[^1], out var content))
            {
                package["fileSha256"] = Convert.ToHexStringLower(SHA256.HashData(content));
            }
            else
            {
                packages.Remove(package);
            }
        }

        return server.ToJsonString(Indented) + "\n";
    }
}
