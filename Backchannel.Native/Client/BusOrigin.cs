namespace Backchannel.Native.Client;

/// <summary>Which bus a key belongs to.</summary>
/// <param name="Text">What <c>key.origin</c> holds: the base URL in its normal form, or <c>local</c>.</param>
/// <param name="FileName">Name of the bus's own key file under <c>keys</c>.</param>
/// <param name="MayUseMainFile">Whether the bus's key may lie in <c>key</c>, which the Python package reads too.</param>
internal sealed record BusOrigin(string Text, string FileName, bool MayUseMainFile)
{
    /// <summary>
    /// The machine's private bus. The Python package cannot reach it, and would take a key of it in <c>key</c> to a bus that
    /// does not know it; so it always has a file of its own.
    /// </summary>
    public static BusOrigin Local { get; } = new("local", "local", MayUseMainFile: false);

    /// <summary>The base URL in its normal form: no trailing slash, no default port, and no user or password, which must not show up in errors.</summary>
    public static string AddressOf(Uri baseUrl) =>
        baseUrl.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

    /// <summary>Where else the key may lie: the origins of the bus's other addresses, by name, whatever their order in the settings.</summary>
    public IReadOnlyList<BusOrigin> Others { get; init; } = [];

    /// <summary>The origin of the bus that the options name.</summary>
    public static BusOrigin Of(BackchannelClientOptions options)
    {
        if (options.LocalBus is not null)
        {
            return Local;
        }

        var all = options.AllBaseUrls.Select(Of).DistinctBy(static origin => origin.Text).OrderBy(static origin => origin.Text, StringComparer.Ordinal).ToList();
        return all[0] with { Others = all[1..] };
    }

    /// <param name="baseUrl">Absolute, http or https.</param>
    public static BusOrigin Of(Uri baseUrl)
    {
        // Only https on its own port goes without one: what was minted over https must not go out over plain http.
        var port = baseUrl is { Scheme: "https", IsDefaultPort: true } ? "" : $"_{baseUrl.Port}";
        var name = baseUrl.IdnHost.Trim('[', ']') + port + baseUrl.AbsolutePath.TrimEnd('/');
        return new(
            AddressOf(baseUrl),
            string.Concat(name.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_')),
            MayUseMainFile: true);
    }
}
