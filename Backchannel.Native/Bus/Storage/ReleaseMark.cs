namespace Backchannel.Native.Bus.Storage;

/// <summary>The row of <c>settings</c> that names the release which has made or upgraded a database. The table is there in every schema.</summary>
internal static class ReleaseMark
{
    /// <summary>Begins the row's name; the release follows.</summary>
    public const string Start = "release:";
}
