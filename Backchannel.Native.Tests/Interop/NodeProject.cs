using System.Diagnostics;

namespace Backchannel.Native.Tests.Interop;

/// <summary>One of the folders beside this file with programs of others, installed under <c>.artifacts</c>.</summary>
internal sealed class NodeProject
{
    private NodeProject(string folder) => Folder = folder;

    public string Folder { get; }

    /// <param name="name">The folder under <c>Interop</c>.</param>
    public static async Task<NodeProject> InstallAsync(string name)
    {
        var project = new NodeProject(RepositoryRoot.Combine(".artifacts", "interop", name));
        Directory.CreateDirectory(project.Folder);
        foreach (var file in Directory.EnumerateFiles(RepositoryRoot.Combine("Backchannel.Native.Tests", "Interop", name)))
        {
            File.Copy(file, Path.Combine(project.Folder, Path.GetFileName(file)), overwrite: true);
        }

        await project.RunAsync("npm", ["install", "--no-audit", "--no-fund", "--silent"]);
        return project;
    }

    /// <param name="home">The home folder that the program sees; null: the one of the tests.</param>
    /// <returns>What it printed.</returns>
    public async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, string? home = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (home is not null)
        {
            start.Environment["HOME"] = home;
            start.Environment.Remove("XDG_CONFIG_HOME");
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(3)).Token);
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {await output}{await errors}");
    }
}
