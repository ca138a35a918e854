using System.Runtime.InteropServices;
using Backchannel.Native.Tests.Measurements;

// The test project is a program too: `dotnet run -- bench FILE` measures a published executable.
if (args is not ["bench", var executable, ..])
{
    Console.Error.WriteLine("usage: bench EXECUTABLE    (or run the tests with `dotnet test`)");
    return 2;
}

Console.WriteLine($"# Measured {DateTimeOffset.Now:yyyy-MM-dd} on {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}");
Console.WriteLine();
Console.WriteLine("| what | measured | compared with | ratio | wanted |");
Console.WriteLine("|---|---|---|---|---|");
await foreach (var row in Bench.RunAsync(executable))
{
    Console.WriteLine(row.ToMarkdown());
}

return 0;
