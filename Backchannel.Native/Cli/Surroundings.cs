namespace Backchannel.Native.Cli;

/// <summary>What the commands use of the machine. It enters the program here and is passed down.</summary>
internal sealed record Surroundings
{
    /// <summary>Looks an environment variable up; null when it is not set.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>The user's own folder in the user database, asked only where <c>HOME</c> is missing; null: there is none.</summary>
    public Func<string?> UserHome { get; init; } = static () => null;

    public required TimeProvider TimeProvider { get; init; }

    public required string HostName { get; init; }

    public required int ProcessId { get; init; }

    /// <summary>The path of the running executable; the local bus is started from it.</summary>
    public required string ExecutablePath { get; init; }

    /// <summary>Opens standard input, unbuffered.</summary>
    public required Func<Stream> OpenInput { get; init; }

    /// <summary>Opens standard output, unbuffered.</summary>
    public required Func<Stream> OpenOutput { get; init; }

    /// <summary>Opens standard error, unbuffered. What cannot be written there is lost silently.</summary>
    public required Func<Stream> OpenError { get; init; }

    /// <summary>Whether a person sits at standard input.</summary>
    public required Func<bool> IsTerminal { get; init; }

    /// <summary>Whether a person reads standard error, on a terminal that understands the usual sequences.</summary>
    public Func<bool> IsErrorTerminal { get; init; } = static () => false;

    /// <summary>Columns of the terminal at standard error.</summary>
    public Func<int> TerminalWidth { get; init; } = static () => 80;

    /// <summary>Whether a person reads standard output, on a terminal that understands the usual sequences.</summary>
    public Func<bool> IsOutputTerminal { get; init; } = static () => false;

    /// <summary>The size of the terminal at standard output.</summary>
    public Func<(int Columns, int Rows)> ScreenSize { get; init; } = static () => (80, 24);

    /// <summary>Whether no other program writes to the terminal: asked again, because a shell can put this one into the background.</summary>
    public Func<bool> OwnsTerminal { get; init; } = static () => true;

    /// <param name="needsHome">Whether the home folder is needed; if not, a wrong one is ignored.</param>
    /// <exception cref="SettingsException">A value is not allowed, or this machine lacks what every command needs.</exception>
    public Settings Bind(CommandLineValues values, bool needsHome = true)
    {
        RandomSource.Require();
        var settings = OptionBinding.Bind(values, Environment, HostName, ProcessId);
        if (!needsHome)
        {
            return settings;
        }

        var (home, warnings) = HomeFolder.Find(Environment, UserHome);
        return settings with { Home = home, Warnings = [.. settings.Warnings, .. warnings] };
    }

    /// <summary>The surroundings of this process.</summary>
    public static Surroundings OfThisProcess()
    {
        var (environment, userHome) = MissingHome.Prepare(System.Environment.GetEnvironmentVariable);
        return new()
        {
            Environment = environment,
            UserHome = userHome,
            TimeProvider = TimeProvider.System,
            HostName = System.Environment.MachineName,
            ProcessId = System.Environment.ProcessId,
            ExecutablePath = System.Environment.ProcessPath ?? "backchannel-mcp",
            OpenInput = () => OperatingSystem.IsWindows() ? Console.OpenStandardInput() : new StandardStream(StandardStream.Input),
            OpenOutput = () => OperatingSystem.IsWindows() ? Console.OpenStandardOutput() : new StandardStream(StandardStream.Output),
            OpenError = () => OperatingSystem.IsWindows() ? Console.OpenStandardError() : new StandardStream(StandardStream.Error, mayBeLost: true),
            IsTerminal = () => !Console.IsInputRedirected,
            IsErrorTerminal = () => !OperatingSystem.IsWindows() && !Console.IsErrorRedirected,
            TerminalWidth = TerminalSize.Columns,
            IsOutputTerminal = () => !OperatingSystem.IsWindows() && !Console.IsOutputRedirected,
            ScreenSize = TerminalSize.OfOutput,
            OwnsTerminal = TerminalSize.IsOwn,
        };
    }
}
