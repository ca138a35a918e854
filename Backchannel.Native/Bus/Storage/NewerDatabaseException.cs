namespace Backchannel.Native.Bus.Storage;

/// <summary>A newer release of this program has upgraded the file.</summary>
/// <param name="release">Which one; null: the file does not say.</param>
internal sealed class NewerDatabaseException(int schema, int known, string? release) : InvalidOperationException(
    $"The database has schema {schema}: a newer release of backchannel-mcp{(release is null ? "" : $", {release},")} has written it. "
    + $"This is release {ProductVersion.Text}, which knows schemas up to {known}.")
{
    /// <summary>What to call the release that can open the file.</summary>
    public string Release { get; } = release is null ? "that newer release" : $"release {release}";
}
