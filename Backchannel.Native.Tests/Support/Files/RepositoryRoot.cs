namespace Backchannel.Native.Tests.Support.Files;

/// <summary>The checkout, found by walking up to the solution; paths of call sites are remapped in CI builds.</summary>
internal static class RepositoryRoot
{
    public static string Path { get; } = Find();

    public static string Combine(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "backchannel.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no backchannel.sln above {AppContext.BaseDirectory}");
    }
}
