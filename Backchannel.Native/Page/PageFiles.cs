using System.Reflection;
using Backchannel.Native.Text;

namespace Backchannel.Native.Page;

/// <summary>The files of the page that people look at: its modules and styles as <c>build.sh page</c> has bundled them, compressed.</summary>
internal static class PageFiles
{
    /// <summary>The path of the page itself.</summary>
    public const string Root = "/";

    /// <summary>Nothing but this page's own files runs or is shown, and no other page shows it.</summary>
    public const string SecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Folder = "page/";
    private const string Start = Folder + "index.html";

    /// <summary>By path: <c>/</c>, and <c>/page/NAME</c> for what it loads.</summary>
    public static IReadOnlyDictionary<string, PageFile> All { get; } = Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(static name => name.StartsWith(Folder, StringComparison.Ordinal))
        .ToDictionary(static name => name == Start ? Root : $"/{name}", static name => new PageFile(name, TypeOf(name)));

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
}

/// <param name="Name">Of the text that the program carries.</param>
/// <param name="ContentType">The value of the header.</param>
internal sealed record PageFile(string Name, string ContentType)
{
    /// <summary>The content, as gzip where the reader takes that.</summary>
    /// <param name="acceptEncoding">The reader's <c>Accept-Encoding</c>; null for none.</param>
    public (byte[] Bytes, string? Encoding) Read(string? acceptEncoding) =>
        acceptEncoding?.Contains("gzip", StringComparison.OrdinalIgnoreCase) == true
            ? (PackedText.ReadPacked(Name), "gzip")
            : (System.Text.Encoding.UTF8.GetBytes(PackedText.Read(Name)), null);
}
