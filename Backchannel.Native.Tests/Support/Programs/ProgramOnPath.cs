namespace Backchannel.Native.Tests.Support.Programs;

/// <summary>Other programs that a test runs where they are installed.</summary>
internal static class ProgramOnPath
{
    /// <returns>The full path of the program; null where it is not installed.</returns>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? $"{name}.exe" : name))
            .FirstOrDefault(File.Exists);

    /// <returns>Why a test that needs these programs is skipped; null if all are installed.</returns>
    public static string? Obstacle(params IEnumerable<string> names) =>
        names.Where(name => Find(name) is null).ToList() is { Count: > 0 } missing ? $"not run: {string.Join(", ", missing)} not on the PATH" : null;
}
