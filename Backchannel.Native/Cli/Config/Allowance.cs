namespace Backchannel.Native.Cli.Config;

/// <summary>How a client is told to run the tools of this server without asking its user first.</summary>
internal abstract record Allowance
{
    private Allowance()
    {
    }

    /// <summary>A setting in the server's entry.</summary>
    internal sealed record Member(string Name, ConfigValue Value) : Allowance;

    /// <summary>A rule in a list that the client keeps in another file.</summary>
    /// <param name="File">That file on this system.</param>
    /// <param name="Format">Its format.</param>
    /// <param name="Path">The names that lead to the list.</param>
    /// <param name="Rule">The rule for a server of this name.</param>
    internal sealed record List(Func<ClientPlaces, string> File, ConfigFormat Format, IReadOnlyList<string> Path, Func<string, string> Rule) : Allowance
    {
        /// <summary>The names that lead to the list of what the client refuses in any case; empty: it has none.</summary>
        public IReadOnlyList<string> DenyPath { get; init; } = [];
    }

    /// <summary>The client has no setting for this.</summary>
    /// <param name="Advice">What the user can do for a server of this name.</param>
    internal sealed record None(Func<string, string> Advice) : Allowance;
}
