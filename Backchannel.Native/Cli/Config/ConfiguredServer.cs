namespace Backchannel.Native.Cli.Config;

/// <summary>A server of this program as a client's file has it.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Wake">The channels for which the session is woken, between commas; null: none.</param>
internal sealed record ConfiguredServer(string Name, string? Wake)
{
    /// <exception cref="FormatException">The text is not of the client's format.</exception>
    public static IEnumerable<ConfiguredServer> Find(McpClient client, string text) =>
        from path in client.Later is { } later ? new[] { client.ServersPath, later.ServersPath } : [client.ServersPath]
        from name in client.Format.Names(text, path)
        from member in ClientSetup.EnvironmentMembers
        where client.Format.Has(text, [.. path, name, member, EnvironmentVariables.BaseUrl])
        select new ConfiguredServer(name, client.Format.TextAt(text, [.. path, name, member, EnvironmentVariables.Wake]));
}
