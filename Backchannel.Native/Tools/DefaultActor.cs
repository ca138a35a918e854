namespace Backchannel.Native.Tools;

/// <summary>Who posts, claims and acknowledges unless a call says otherwise: the chosen label, or the MCP client's name with a random part.</summary>
/// <remarks>The random part keeps sessions of one client apart, also in containers that share host name and process number.</remarks>
internal sealed class DefaultActor
{
    private const string Nameless = "agent";
    private const int MaxClientLength = 24;
    private const int ChanceLength = 6;

    private readonly Lock gate = new();
    private string? name;

    private DefaultActor(string? name) => this.name = name;

    public static DefaultActor Chosen(string name) => new(name);

    /// <summary>Its name is made at the first call.</summary>
    public static DefaultActor OfTheClient() => new(null);

    public string Name => FixedFor(null);

    /// <summary>The name; the first call fixes it.</summary>
    /// <param name="client">What the MCP client calls itself; null when it does not say.</param>
    public string FixedFor(string? client)
    {
        lock (gate)
        {
            return name ??= $"{Safe(client ?? "")}-{Guid.NewGuid().ToString("N")[..ChanceLength]}";
        }
    }

    /// <summary>Lower-case letters and digits of ASCII, words joined by dashes; short.</summary>
    private static string Safe(string client)
    {
        var safe = "";
        foreach (var character in client)
        {
            if (safe.Length == MaxClientLength)
            {
                break;
            }

            safe += char.IsAsciiLetterOrDigit(character) ? char.ToLowerInvariant(character)
                : safe.Length > 0 && safe[^1] != '-' ? "-"
                : "";
        }

        safe = safe.TrimEnd('-');
        return safe.Length > 0 ? safe : Nameless;
    }
}
