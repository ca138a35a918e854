using System.Text;
using Backchannel.Native.Cli;
using Microsoft.Extensions.Time.Testing;

namespace Backchannel.Native.Tests.Cli;

/// <summary>A home folder of its own, and commands run in it, in this process.</summary>
internal sealed class CliHome : IDisposable
{
    public const string Executable = "/opt/tools with blank/backchannel-mcp";

    private readonly Dictionary<string, string> environment = [];

    public CliHome()
    {
        Folder = Directory.CreateTempSubdirectory("backchannel-config-").FullName;
        environment["HOME"] = Folder;
    }

    public string Folder { get; }

    public TimeProvider Clock { get; init; } = new FakeTimeProvider(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));

    /// <summary>The path of the program; nothing needs to be there.</summary>
    public string Program { get; init; } = Executable;

    /// <summary>What stands on standard input.</summary>
    public string Input { get; set; } = "";

    /// <summary>The same as bytes, for what is no text.</summary>
    public byte[]? InputBytes { get; init; }

    /// <summary>Whether a person sits at standard input.</summary>
    public bool IsTerminal { get; init; }

    public string this[string variable]
    {
        set => environment[variable] = value;
    }

    public string PathOf(string relative) => Path.Combine(Folder, relative);

    public string Read(string relative) => File.ReadAllText(PathOf(relative));

    public string Write(string relative, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(relative))!);
        File.WriteAllText(PathOf(relative), text);
        return PathOf(relative);
    }

    public async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var output = new List<MemoryStream>();
        var errors = new List<MemoryStream>();
        var exitCode = await new Invocation(Around(output, errors)).RunAsync(arguments);
        return (exitCode, Text(output), Text(errors));
    }

    /// <summary>All commands, as they are offered here.</summary>
    public BackchannelRootCommand Commands() => new(Around([], []));

    private Surroundings Around(List<MemoryStream> output, List<MemoryStream> errors) => new()
    {
        Environment = name => environment.GetValueOrDefault(name),
        TimeProvider = Clock,
        HostName = "laptop",
        ProcessId = 42,
        ExecutablePath = Program,
        OpenInput = () => new MemoryStream(InputBytes ?? Encoding.UTF8.GetBytes(Input)),
        OpenOutput = () => Opened(output),
        OpenError = () => Opened(errors),
        IsTerminal = () => IsTerminal,
    };

    private static MemoryStream Opened(List<MemoryStream> streams)
    {
        streams.Add(new MemoryStream());
        return streams[^1];
    }

    private static string Text(List<MemoryStream> streams) =>
        string.Concat(streams.Select(stream => Encoding.UTF8.GetString(stream.ToArray())));

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
