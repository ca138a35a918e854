using Backchannel.Native.Wire;

namespace Backchannel.Native.Cli.Watch;

/// <summary>Shows what is read from the bus. Called from one task at a time.</summary>
internal interface IWatchDisplay
{
    /// <summary>How the watched channels stand now.</summary>
    void Lanes(IReadOnlyList<LaneView> lanes);

    /// <summary>The newest tasks of a channel, in the place of those that were known.</summary>
    void Tasks(string channelId, IReadOnlyList<TaskRow> rows);

    /// <summary>Tasks that changed, the latest first.</summary>
    void Changed(IReadOnlyList<TaskRow> rows);

    /// <summary>Something that the person should know, in a sentence.</summary>
    void Notice(string text);

    /// <summary>The bus cannot be asked; it is asked again.</summary>
    void Lost(string reason);

    /// <summary>The bus answers again.</summary>
    void Found();
}
