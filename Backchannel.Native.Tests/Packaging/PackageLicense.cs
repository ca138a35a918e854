using System.Xml.Linq;

namespace Backchannel.Native.Tests.Packaging;

/// <summary>The licence that a NuGet package states for itself.</summary>
internal static class PackageLicense
{
    /// <param name="folders">NuGet's package folders.</param>
    /// <param name="path">The package inside one of them, as in <c>polly.core/8.9.1</c>.</param>
    /// <returns>An SPDX expression; null where the package states none.</returns>
    public static string? Of(IEnumerable<string> folders, string path)
    {
        var description = folders
            .Select(folder => Path.Combine(folder, path, $"{path.Split('/')[0]}.nuspec"))
            .FirstOrDefault(File.Exists);
        return description is null ? null : XDocument.Load(description).Descendants()
            .Where(element => element.Name.LocalName == "license" && element.Attribute("type")?.Value == "expression")
            .Select(element => element.Value.Trim())
            .FirstOrDefault();
    }
}
