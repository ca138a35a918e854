using System.Net;
using Backchannel.Native.Client;

namespace Backchannel.Native.Cli;

/// <summary>Reads the addresses of a bus, one or several between commas.</summary>
internal static class BusList
{
    private const char Separator = ',';

    /// <summary>The addresses in what <see cref="Read"/> returned, in the same order.</summary>
    public static IReadOnlyList<Uri> Of(string baseUrl) => [.. baseUrl.Split(Separator).Select(static address => new Uri(address))];

    /// <param name="source">The option or variable that the text came from.</param>
    /// <param name="warnings">Gets one for each address to which the key would travel unencrypted.</param>
    /// <returns>Each address once and without a trailing slash, between commas; or <see cref="Settings.Local"/>.</returns>
    /// <exception cref="SettingsException">One of them is no address of a bus, or stands for something that is no part of a list.</exception>
    public static string Read(string source, string text, List<string> warnings)
    {
        var entries = text.Split(Separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (entries is [Settings.Local])
        {
            return Settings.Local;
        }

        // The text is not repeated: an address in it may carry a password.
        if (entries.Length > 1 && entries.Any(static entry => entry == Settings.Local || entry.StartsWith("unix:", StringComparison.Ordinal)))
        {
            throw new SettingsException(
                $"{source} lists '{Settings.Local}' or a socket beside other addresses; such a bus has one address. Give '{Settings.Local}' alone, or http and https URLs only.");
        }

        if (entries.Length == 0)
        {
            throw new SettingsException($"{source} is '{text}', which holds no address. Give an http or https URL, several between commas, or '{Settings.Local}'.");
        }

        var urls = entries.Select(entry => (Text: entry.TrimEnd('/'), Url: OptionBinding.BusAddress(source, entry)))
            .DistinctBy(static entry => BusOrigin.AddressOf(entry.Url))
            .ToList();
        warnings.AddRange(
            from entry in urls
            where entry.Url.Scheme == Uri.UriSchemeHttp && !IsLoopback(entry.Url)
            select $"{source} is plain http to {entry.Url.Host}: the key travels unencrypted. Use https where the bus offers it.");
        return string.Join(Separator, urls.Select(static entry => entry.Text));
    }

    private static bool IsLoopback(Uri url) =>
        url.IsLoopback || (IPAddress.TryParse(url.Host, out var address) && IPAddress.IsLoopback(address));
}
