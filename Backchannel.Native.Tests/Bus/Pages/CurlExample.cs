using System.Text.Json;
using System.Text.RegularExpressions;

namespace Backchannel.Native.Tests.Bus.Pages;

/// <summary>One curl line of a page, and what the comment behind it says about the answer.</summary>
/// <param name="Command">The line without its comment.</param>
/// <param name="Status">The status that the page promises; 0: the line itself checks the answer, and succeeds.</param>
/// <param name="Error">The error code that it promises; empty: none.</param>
/// <param name="Takes">Shell variables that the reader takes from the answer: name and path of the member.</param>
internal sealed partial record CurlExample(string Command, int Status, string Error, IReadOnlyList<(string Variable, string Path)> Takes)
{
    private static readonly string[] Programs = ["curl ", "test "];

    /// <summary>The examples of a page, in order. A line that ends with a backslash goes on in the next one.</summary>
    public static List<CurlExample> In(string page) =>
        [.. page.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Select(static line => line.Trim())
            .Where(static line => Array.Exists(Programs, line.StartsWith)).Select(Parse)];

    /// <summary>Runs it as a reader would, in a shell.</summary>
    /// <param name="variables">What earlier examples have given; what this one gives is added.</param>
    public async Task RunAsync(Dictionary<string, string?> variables)
    {
        if (Status == 0)
        {
            var check = await ProgramRun.RunAsync("sh", ["-euc", Command], variables);
            Assert.True(check.ExitCode == 0, $"{Command}\n{check.Output}{check.Errors}");
            return;
        }

        var run = await ProgramRun.RunAsync("sh", ["-euc", Command + " -w '\\n%{http_code}'"], variables);
        var end = run.Output.LastIndexOf('\n');
        Assert.True(end >= 0, $"{Command}\n{run.Output}{run.Errors}");
        var (body, status) = (run.Output[..end], run.Output[(end + 1)..]);
        Assert.True(status == $"{Status}", $"{Command}\nanswered {status}: {body}{run.Errors}");
        if (Error.Length > 0)
        {
            Assert.Equal(Error, JsonElement.Parse(body).Text("error"));
        }

        foreach (var (variable, path) in Takes)
        {
            variables[variable] = path.Split('.').Aggregate(JsonElement.Parse(body), Member).ToString();
        }
    }

    private static JsonElement Member(JsonElement within, string name) =>
        within.ValueKind == JsonValueKind.Array ? within[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)] : within.GetProperty(name);

    private static CurlExample Parse(string line)
    {
        if (line.StartsWith("test ", StringComparison.Ordinal) || line.Contains(" | ", StringComparison.Ordinal))
        {
            return new(line, 0, "", []);
        }

        var promise = Promise().Match(line);
        Assert.True(promise.Success, $"No promise behind: {line}");
        var takes = Taken().Matches(promise.Groups["rest"].Value).Select(static match => (match.Groups[1].Value, match.Groups[2].Value));
        return new(
            line[..promise.Index],
            int.Parse(promise.Groups["status"].Value, System.Globalization.CultureInfo.InvariantCulture),
            promise.Groups["error"].Value,
            [.. takes]);
    }

    [GeneratedRegex(@"\s+# (?<status>[1-5][0-9][0-9])( (?<error>[a-z_]+))?(?<rest>(, [A-Z_]+ = [a-z0-9_.]+)*)$")]
    private static partial Regex Promise();

    [GeneratedRegex("([A-Z_]+) = ([a-z0-9_.]+)")]
    private static partial Regex Taken();
}
