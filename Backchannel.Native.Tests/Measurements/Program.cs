using System.Globalization;
using System.Runtime.InteropServices;
using Backchannel.Native.Cli;
using Backchannel.Native.Tests.Measurements;
using Backchannel.Native.Tests.Packaging;

// The test project is a program too: `dotnet run -- bench FILE` measures a published executable, `assets` packs a release.
if (args is ["assets", var published, var output])
{
    var release = ReleaseInfo.FromEnvironment(ProductVersion.Text, Environment.GetEnvironmentVariable);
    if (release.Repository == ReleaseInfo.NoRepository)
    {
        Console.Error.WriteLine($"GITHUB_REPOSITORY is not set: links in the manifests name {ReleaseInfo.NoRepository}. Good for trying, not for publishing.");
    }

    foreach (var asset in new AssetBuilder(release, published, output).Build())
    {
        Console.WriteLine(Path.Combine(output, asset));
    }

    return 0;
}

if (args is not ["bench" or "bench-bus", var executable, ..])
{
    Console.Error.WriteLine("usage: bench EXECUTABLE | bench-bus EXECUTABLE [STORED-MESSAGES] | assets PUBLISHED OUTPUT    (or run the tests with `dotnet test`)");
    return 2;
}

Console.WriteLine($"# Measured {DateTimeOffset.Now:yyyy-MM-dd} on {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}");
Console.WriteLine();
Console.WriteLine("| what | measured | compared with | ratio | wanted |");
Console.WriteLine("|---|---|---|---|---|");
await foreach (var row in args[0] == "bench" ? Bench.RunAsync(executable) : BusBench.RunAsync(executable, args is [_, _, var stored, ..] ? int.Parse(stored, CultureInfo.InvariantCulture) : 1_000_000))
{
    Console.WriteLine(row.ToMarkdown());
}

return 0;
