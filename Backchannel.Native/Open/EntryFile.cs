using System.Text;

namespace Backchannel.Native.Open;

/// <summary>A page of the user's own that leads the browser to the bus's page.</summary>
/// <remarks>A browser's argument list shows other users what it opens; this file does not.</remarks>
internal static class EntryFile
{
    public static byte[] Content(string address) => Encoding.UTF8.GetBytes(
        $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="referrer" content="no-referrer">
        <meta http-equiv="refresh" content="0;url={address}">
        <title>Backchannel</title>
        </head>
        <body><p><a href="{address}">Open the page of the bus</a></p></body>
        </html>

        """);
}
