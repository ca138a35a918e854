using Backchannel.Native.Client;
using Backchannel.Native.Text;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli;

/// <summary>Turns typed options and the environment into <see cref="Settings"/>; a pure function.</summary>
internal static class OptionBinding
{
    private const int MaxHostLength = 32;

    /// <param name="values">The options as typed.</param>
    /// <param name="environment">Looks a variable up; null when it is not set.</param>
    /// <param name="hostName">The machine's name, for the default label.</param>
    /// <param name="processId">The process id, for the default label.</param>
    /// <exception cref="SettingsException">A value is not allowed.</exception>
    public static Settings Bind(
        CommandLineValues values, Func<string, string?> environment, string hostName, int processId)
    {
        if (values.Transport is { } transport && transport != "stdio")
        {
            throw new SettingsException($"--transport is '{transport}'; only 'stdio' is served.");
        }

        var warnings = new List<string>();
        var chosenLabel = Chosen("--agent-label", values.AgentLabel, environment, EnvironmentVariables.AgentLabel);
        return new Settings
        {
            BaseUrl = BindBaseUrl(values.BaseUrl, environment, warnings),
            ApiKey = BindApiKey(environment),
            AgentLabel = WholeCharacters.Start(chosenLabel ?? DefaultLabel(hostName, processId), Limits.MaxAgentLabelLength),
            AgentLabelIsChosen = chosenLabel is not null,
            LogLevel = BindLogLevel(values.LogLevel, environment, warnings),
            Wake = BindWake(values.Wake, environment, warnings),
            Warnings = warnings,
        };
    }

    private static string BindBaseUrl(string? typed, Func<string, string?> environment, List<string> warnings)
    {
        const string Option = "--base-url";
        var source = typed is null ? EnvironmentVariables.BaseUrl : Option;
        if (Chosen(Option, typed, environment, EnvironmentVariables.BaseUrl) is not { } text)
        {
            warnings.Add(
                $"using {Settings.DefaultBaseUrl}, a shared, rate-limited sandbox with open channels: anybody can read what is posted there. "
                + $"Set {EnvironmentVariables.BaseUrl}=local for a private bus on this machine.");
            return Settings.DefaultBaseUrl;
        }

        return BusList.Read(source, text, warnings);
    }

    /// <summary>One address of a bus, from an option or a variable.</summary>
    /// <exception cref="SettingsException">It is none.</exception>
    public static Uri BusAddress(string source, string text)
    {
        // A client that does not know this form of variable hands it over unexpanded.
        if (text[0] is '$' or '{')
        {
            throw new SettingsException(
                $"{source} is '{text}': the MCP client did not expand this variable. Write the address itself, or 'local', into the client's configuration.");
        }

        // Not quoted, here and below: an address may carry a password.
        if (text.IndexOf(Uri.SchemeDelimiter, StringComparison.Ordinal) != text.LastIndexOf(Uri.SchemeDelimiter, StringComparison.Ordinal))
        {
            throw new SettingsException($"{source} names several addresses, which are for clients. Give a bus the one at which clients reach it: --base-url URL.");
        }

        var isAddress = Uri.TryCreate(text, UriKind.Absolute, out var url);
        if (url is { UserInfo.Length: > 0 })
        {
            throw new SettingsException(
                $"{source} carries a user name or password; put the bus's key into {EnvironmentVariables.ApiKey} instead.");
        }

        if (!isAddress
            || (url!.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            || url.Host.Contains(',', StringComparison.Ordinal)
            || url.Query.Length > 0
            || url.Fragment.Length > 0)
        {
            throw new SettingsException($"{source} is '{text}'; it must be an http or https URL, or 'local'.");
        }

        return url;
    }

    private static ApiKey? BindApiKey(Func<string, string?> environment)
    {
        if (NotEmpty(environment(EnvironmentVariables.ApiKey)) is not { } text)
        {
            return null;
        }

        // Never echo it: it is a secret, and a header cannot carry it either.
        return ApiKey.TryParse(text, out var key)
            ? key
            : throw new SettingsException(
                $"{EnvironmentVariables.ApiKey} holds a character that no key has (a space, a line break or something outside ASCII). Copy the key again.");
    }

    private static IReadOnlyList<string> BindWake(string? typed, Func<string, string?> environment, List<string> warnings)
    {
        var option = CliOptions.WakeSetting.Option!;
        if (Chosen(option, typed, environment, EnvironmentVariables.Wake) is not { } text)
        {
            return [];
        }

        var source = typed is null ? EnvironmentVariables.Wake : option;
        var names = ListValue.Read(source, text);
        warnings.AddRange(
            from name in names
            let fault = ChannelName.FaultOf(name)
            where fault is not null
            select $"{source} names '{name}', for which nothing wakes this session: {fault}.");
        return names;
    }

    private static LogLevel BindLogLevel(string? typed, Func<string, string?> environment, List<string> warnings)
    {
        if (Chosen("--log-level", typed, environment, EnvironmentVariables.Log) is not { } text)
        {
            return LogLevel.Info;
        }

        LogLevel? level = text.ToUpperInvariant() switch
        {
            "DEBUG" => LogLevel.Debug,
            "INFO" => LogLevel.Info,
            "WARNING" => LogLevel.Warning,
            "ERROR" => LogLevel.Error,
            "CRITICAL" => LogLevel.Critical,
            _ => null,
        };
        if (level is null)
        {
            warnings.Add($"the log level '{text}' is not one of DEBUG, INFO, WARNING, ERROR, CRITICAL; using INFO.");
        }

        return level ?? LogLevel.Info;
    }

    private static string DefaultLabel(string hostName, int processId)
    {
        var firstLabel = hostName.Split('.')[0];
        var host = firstLabel.Length > MaxHostLength ? firstLabel[..MaxHostLength] : firstLabel;
        return $"mcp-{(host.Length == 0 ? "host" : host)}-{processId}";
    }

    // An empty variable is not set. An empty option is a script's mistake, and the default could be another bus than was meant.
    private static string? Chosen(string option, string? typed, Func<string, string?> environment, string variable) => typed is null
        ? NotEmpty(environment(variable))
        : NotEmpty(typed) ?? throw new SettingsException($"{option} is empty. Give it a value, or leave the option out.");

    private static string? NotEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
