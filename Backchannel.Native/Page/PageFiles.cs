using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Backchannel.Native.Text;

namespace Backchannel.Native.Page;

/// <summary>
/// The files of the page that people look at, compressed: the page as <c>build.sh page</c> has bundled it, with its module and its styles inside,
/// the icon, and the licences of its libraries.
/// </summary>
internal static class PageFiles
{
    /// <summary>The path of the page itself.</summary>
    public const string Root = "/";

    /// <summary>The path of a file that it loads, with the variable segment in braces.</summary>
    public const string FileTemplate = "/" + Folder + "{file}";

    /// <summary>The same for the licences of its libraries.</summary>
    public const string LibraryTemplate = "/" + Folder + "lib/{file}";

    private const string Folder = "page/";
    private const string Start = Folder + "index.html";

    /// <summary>By path: <c>/</c>, and <c>/page/NAME</c> for what it loads.</summary>
    public static IReadOnlyDictionary<string, PageFile> All { get; } = Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(static name => name.StartsWith(Folder, StringComparison.Ordinal))
        .ToDictionary(static name => name == Start ? Root : $"/{name}", static name => new PageFile(name, TypeOf(name)));

    /// <summary>
    /// The <c>Content-Security-Policy</c> of the page: only the very script and styles that stand in it run, known by their hashes,
    /// and no other page shows it.
    /// </summary>
    public static string SecurityPolicy { get; } = WritePolicy(PackedText.Read(Start));

    private static string WritePolicy(string page) =>
        $"default-src 'none'; script-src {HashOf(page, "<script type=\"module\">", "</script>")}; style-src {HashOf(page, "<style>", "</style>")}; "
        + "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static string HashOf(string page, string start, string end)
    {
        var from = page.IndexOf(start, StringComparison.Ordinal) + start.Length;
        var text = page[from..page.IndexOf(end, from, StringComparison.Ordinal)];
        return $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
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
            : (Encoding.UTF8.GetBytes(PackedText.Read(Name)), null);
}
