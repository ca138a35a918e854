using System.Globalization;
using System.Runtime.InteropServices;
using Backchannel.Native;
using Backchannel.Native.Tests.Measurements;
using Backchannel.Native.Tests.Packaging;

// The test project is also a program: `bench` and `bench-bus` measure a published executable, `assets` packs a release, `times` reports
// how long a test run took.
if (args is ["times", var run])
{
    Console.Write(TestTimes.Read(run).ToText());
    return 0;
}

if (args is ["assets", var published, var output])
{
    var release = ReleaseInfo.FromEnvironment(ProductVersion.Text, Environment.GetEnvironmentVariable);
    if (release.Repository == ReleaseInfo.NoRepository)
    {
        Console.Error.WriteLine($"GITHUB_REPOSITORY is not set: links in the manifests name {ReleaseInfo.NoRepository}. Good for trying, not for publishing.");
    }

    // Where Debian and what comes from it keeps them; the image is made there.
    const string Certificates = "/etc/ssl/certs/ca-certificates.crt";
    var packages = RepositoryRoot.Combine(".artifacts", "packages");
    var builder = new AssetBuilder(release, published, output)
    {
        Packages = Directory.Exists(packages) ? packages : null,
        Certificates = File.Exists(Certificates) ? Certificates : null,
    };
    if (builder.Certificates is null)
    {
        Console.Error.WriteLine($"There is no {Certificates}: the files for a container image are left out.");
    }

    foreach (var asset in builder.Build())
    {
        Console.WriteLine(Path.Combine(output, asset));
    }

    return 0;
}

if (args is not ["bench" or "bench-bus" or "bench-posts" or "bench-claims" or "bench-stored" or "bench-views" or "bench-work", var executable, .. var rest])
{
    Console.Error.WriteLine("usage: bench EXECUTABLE [STATIC] | bench-bus EXECUTABLE [--db] [STORED-MESSAGES] | bench-posts EXECUTABLE... | bench-claims EXECUTABLE... | bench-stored EXECUTABLE [STORED-MESSAGES] | bench-views EXECUTABLE [STORED-MESSAGES] | bench-work EXECUTABLE | assets PUBLISHED OUTPUT | times FOLDER    (or run the tests with `dotnet test`)");
    return 2;
}

Console.WriteLine($"# Measured {DateTimeOffset.Now:yyyy-MM-dd} on {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}");
Console.WriteLine();
Console.WriteLine("| what | measured | compared with | ratio | wanted |");
Console.WriteLine("|---|---|---|---|---|");
const int StoredMessages = 1_000_000;
var rows = args[0] switch
{
    "bench" => Bench.RunAsync(executable, rest.FirstOrDefault()),
    "bench-posts" => BusBench.ComparePostsAsync([executable, .. rest]),
    "bench-claims" => rest is [] ? BusBench.ClaimNextAsync(executable) : BusBench.CompareClaimsAsync([executable, .. rest]),
    "bench-stored" => BusBench.StoredAsync(executable, rest is [var many, ..] ? int.Parse(many, CultureInfo.InvariantCulture) : StoredMessages),
    "bench-views" => ViewBench.RunAsync(executable, rest is [var many, ..] ? int.Parse(many, CultureInfo.InvariantCulture) : StoredMessages),
    "bench-work" => WorkBench.RunAsync(executable),
    _ when rest is ["--db", ..] => DatabaseBench.RunAsync(executable, rest is [_, var many, ..] ? int.Parse(many, CultureInfo.InvariantCulture) : StoredMessages),
    _ => BusBench.RunAsync(executable, rest is [var stored, ..] ? int.Parse(stored, CultureInfo.InvariantCulture) : StoredMessages),
};
await foreach (var row in rows)
{
    Console.WriteLine(row.ToMarkdown());
}

return 0;
