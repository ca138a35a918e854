using System.Diagnostics;

namespace Backchannel.Native.Tests.Support.Programs;

/// <summary>
/// A root folder with nothing but a static file and what container engines mount; mounted read-only, and used as uid 65534 without
/// <c>HOME</c>.
/// </summary>
internal sealed class EmptyRoot : IDisposable
{
    private const string Enter =
        """
        set -e
        root="$1"
        shift
        mount --bind "$root" "$root"
        if [ -e "$root/dev/urandom" ]; then
            mount --bind /dev/urandom "$root/dev/urandom"
        fi
        mount -o remount,ro,bind "$root"
        exec env -i "$@"
        """;


    private readonly StaticFile file;
    private readonly string folder = Directory.CreateTempSubdirectory("backchannel-root-").FullName;

    /// <param name="file">The static file; the root contains no other program.</param>
    /// <param name="bare">Without what container engines mount.</param>
    public EmptyRoot(StaticFile file, bool bare = false)
    {
        this.file = file;
        if (!bare)
        {
            Add("dev/urandom", "");
            Add("etc/hosts", "127.0.0.1 localhost\n::1 localhost\n");
            Add("etc/resolv.conf", File.Exists("/etc/resolv.conf") ? File.ReadAllText("/etc/resolv.conf") : "");
        }

        File.Copy(file.Path, PathOf("backchannel-mcp"));
        if (file.Emulator is { } emulator)
        {
            File.Copy(emulator, PathOf("emulator"));
        }

        if (!OperatingSystem.IsWindows())
        {
            // Only its owner can enter a temporary folder; uid 65534 must be able to.
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        }
    }

    /// <summary>Adds a file that everybody can read.</summary>
    public void Add(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        File.WriteAllText(PathOf(path), text);
    }

    /// <summary>Starts the file; its standard streams are pipes.</summary>
    /// <param name="environment">All the process gets.</param>
    /// <param name="arguments">The arguments of the file.</param>
    public Process Start(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        string[] program = this.file.Emulator is null ? ["/backchannel-mcp"] : ["/emulator", "/backchannel-mcp"];
        string[] command =
        [
            .. StaticFile.AsRoot, "unshare", "--mount", "sh", "-c", Enter, "sh", folder,
            .. environment.Select(variable => $"{variable.Key}={variable.Value}"),
            StaticFile.ChrootPath!, "--userspec=65534:65534", folder, .. program, .. arguments,
        ];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    /// <summary>Runs the file to its end with an empty input.</summary>
    public Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) =>
        RunAsync(new Dictionary<string, string>(), arguments);

    /// <summary>Runs the file to its end with an empty input.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var process = Start(environment, arguments);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().Within();
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output, await errors);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string PathOf(string path) => Path.Combine(folder, path);
}
