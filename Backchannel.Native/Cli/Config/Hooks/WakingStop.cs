namespace Backchannel.Native.Cli.Config.Hooks;

/// <summary>A setting with which a client's user has switched off what would wake it.</summary>
/// <param name="file">Where it stands on this system.</param>
/// <param name="format">Of that file.</param>
/// <param name="path">The names that lead to it.</param>
/// <param name="value">The value that stops.</param>
/// <param name="effect">What does not work then.</param>
internal sealed class WakingStop(Func<ClientPlaces, string> file, ConfigFormat format, IReadOnlyList<string> path, Func<HookLine, ConfigValue> value, string effect)
{
    /// <summary>What lets it work again; null: taking the setting out.</summary>
    public string? Next { get; init; }

    /// <summary>Whether a file without the setting stops, too.</summary>
    public bool IsDefault { get; init; }

    public string Effect => effect;

    public string Setting => string.Join('.', path);

    public string PathIn(ClientPlaces places) => file(places);

    /// <exception cref="FormatException">The text is not of the file's format.</exception>
    public bool IsIn(string text, HookLine command)
    {
        format.Validate(text);
        return format.Has(text, path) ? format.Merge(text, path, value(command)) == text : IsDefault;
    }
}
