namespace Backchannel.Native.Cli.Doctor;

/// <summary>Which file runs, of which release, and whether the shell would start another one.</summary>
internal sealed class ProgramCheck(Surroundings surroundings)
{
    public IEnumerable<Finding> Run()
    {
        yield return new("program", Finding.Ok, $"backchannel-mcp {ProductVersion.Text}, {surroundings.ExecutablePath}{LinkedOpenSsl()}");
        if (FirstOnPath() is { } other && !IsThisFile(other))
        {
            yield return new(
                "program", Finding.Note, $"PATH leads to another copy: {other}",
                "A client that is configured with the bare name starts that one; 'backchannel-mcp config CLIENT' writes the whole path.");
        }
    }

    private string? FirstOnPath()
    {
        var name = OperatingSystem.IsWindows() ? "backchannel-mcp.exe" : "backchannel-mcp";
        return surroundings.Environment(EnvironmentVariables.Path)?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }

    private bool IsThisFile(string path) => Target(path) == Target(surroundings.ExecutablePath);

    private static string Target(string path)
    {
        var full = Path.GetFullPath(path);
        return new FileInfo(full).LinkTarget is null ? full : File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
    }

    /// <summary>A static file contains OpenSSL: only a new file brings OpenSSL's fixes.</summary>
    private static string LinkedOpenSsl()
    {
#if STATIC_GLIBC
        if (!OperatingSystem.IsLinux())
        {
            return "";
        }

        // 0xMNN00PP0: https://docs.openssl.org/3.0/man3/OpenSSL_version/
        var number = System.Security.Cryptography.SafeEvpPKeyHandle.OpenSslVersion;
        return string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $" (OpenSSL {number >> 28}.{(number >> 20) & 0xFF}.{(number >> 4) & 0xFF})");
#else
        return "";
#endif
    }
}
