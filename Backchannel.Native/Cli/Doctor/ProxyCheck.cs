namespace Backchannel.Native.Cli.Doctor;

/// <summary>Whether the environment sends requests to the bus through a proxy.</summary>
/// <remarks>The variables are those that .NET's HttpClient reads; a bus on this machine is always reached directly.</remarks>
internal static class ProxyCheck
{
    private const string Exceptions = "NO_PROXY";

    public static IEnumerable<Finding> Run(Settings settings, Func<string, string?> environment) =>
        settings.Addresses.Select(url => Detour(url, environment)).OfType<Finding>().Distinct();

    private static Finding? Detour(Uri url, Func<string, string?> environment)
    {
        if (url.IsLoopback)
        {
            return null;
        }

        // A CGI script gets the Proxy header of a web request as HTTP_PROXY, so HttpClient ignores that variable there.
        string[] names = [$"{url.Scheme}_proxy", $"{url.Scheme.ToUpperInvariant()}_PROXY", "all_proxy", "ALL_PROXY"];
        var name = names.FirstOrDefault(name => !string.IsNullOrWhiteSpace(environment(name)));
        return name is null || IsExcepted(url.Host, environment("no_proxy") ?? environment(Exceptions))
            ? null
            : new(
                "proxy", Finding.Note, $"{name} is set: requests go through {Address(environment(name)!)}",
                $"If they should not, name {url.Host} in {Exceptions}.");
    }

    /// <summary>By the forms that .NET knows: a host by its name, and all below a name that begins with a dot.</summary>
    private static bool IsExcepted(string host, string? exceptions) => exceptions?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Any(entry => host.Equals(entry, StringComparison.OrdinalIgnoreCase)
            || (entry[0] == '.' && (host.EndsWith(entry, StringComparison.OrdinalIgnoreCase) || host.Equals(entry[1..], StringComparison.OrdinalIgnoreCase)))) is true;

    /// <summary>Without the user and password that such a variable may hold.</summary>
    private static string Address(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal) is >= 0 and var found ? found + 3 : 0;
        return text[..start] + text[(text.LastIndexOf('@') + 1 is > 0 and var host ? host : start)..];
    }
}
