namespace Backchannel.Native.Tools;

/// <summary>Media types by the ending of a name, for what agents send each other.</summary>
internal static class MediaTypes
{
    /// <returns>Null for an ending that is not in the table.</returns>
    public static string? Of(string name) => Path.GetExtension(name).ToUpperInvariant() switch
    {
        ".TXT" or ".LOG" or ".DIFF" or ".PATCH" => "text/plain",
        ".MD" => "text/markdown",
        ".CSV" => "text/csv",
        ".HTML" or ".HTM" => "text/html",
        ".JSON" => "application/json",
        ".XML" => "application/xml",
        ".PDF" => "application/pdf",
        ".ZIP" => "application/zip",
        ".GZ" or ".TGZ" => "application/gzip",
        ".PNG" => "image/png",
        ".JPG" or ".JPEG" => "image/jpeg",
        ".GIF" => "image/gif",
        ".WEBP" => "image/webp",
        ".SVG" => "image/svg+xml",
        _ => null,
    };
}
