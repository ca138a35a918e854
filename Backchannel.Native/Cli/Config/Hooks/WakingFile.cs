namespace Backchannel.Native.Cli.Config.Hooks;

/// <summary>A file in which a client finds what makes it begin a turn when something waits for it.</summary>
/// <param name="path">The file on this system.</param>
internal abstract class WakingFile(Func<ClientPlaces, string> path)
{
    /// <summary>What it is for the client, such as <c>Stop hook</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>Whether its folder is this program's alone, too.</summary>
    public bool HasOwnFolder { get; init; }

    public string PathIn(ClientPlaces places) => path(places);

    /// <summary>Adds what calls this program, or brings what is there in line with it.</summary>
    /// <param name="text">What is in the file; empty: there is none.</param>
    /// <param name="command">The call.</param>
    /// <exception cref="FormatException">The text is not of the file's format, or not this program's to change.</exception>
    public abstract string Add(string text, HookLine command);

    /// <summary>Takes out what <see cref="Add"/> added, and nothing else.</summary>
    /// <returns>What remains; empty: the file was this program's alone. The same text when nothing of this program's was there.</returns>
    /// <param name="text">What is in the file.</param>
    /// <param name="command">The call.</param>
    /// <param name="earlier">A text of the file from before <see cref="Add"/>, where one is known: what is empty in it stays; else empty.</param>
    /// <exception cref="FormatException">The text is not of the file's format, or not this program's to change.</exception>
    public abstract string Remove(string text, HookLine command, string earlier = "");

    /// <summary>Whether the file says nothing any more, so that it need not be there.</summary>
    public abstract bool IsNothing(string text);

    /// <summary>The program that is called now; null: none of ours.</summary>
    /// <inheritdoc cref="Add"/>
    public abstract string? ProgramIn(string text, HookLine command);
}
